"""Alerts of what runs out: opened, resolved and acknowledged here, whoever notices first.

An alert opens in the process that changed the stock, right after its commit: a cheap read on every change, and a write
only at a crossing. What may be slow, telling people by mail, is a job that the same transaction queues. The sweep asks
the same question of all SKUs at once, and so finds what a killed process left behind.
"""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core import outbox, schedule
from app.core.database import db, now_ms, run_transaction
from app.core.outbox import Announcement
from app.inventory import alert_mails, alert_queries
from app.inventory.alert_queries import OPEN, WAITING, Crossing, alert
from app.security import audit
from app.security.access import Caller

ALERT_CHANGED = "alert_changed"
# Written together, so that no other writer waits long.
CHUNK = 40
LOOKS = 5

NEW = {
    "variant_id": sa.bindparam("variant"),
    "kind": sa.bindparam("wanted"),
    "opened_at": now_ms(),
    "opened_version": sa.bindparam("version"),
    "available_at_open": sa.bindparam("left"),
}
INSERTS = {
    "sqlite": sqlite_insert(alert).values(NEW).on_conflict_do_nothing().returning(alert.c.id),
    "postgresql": postgres_insert(alert).values(NEW).on_conflict_do_nothing().returning(alert.c.id),
}


def init_app(app: Flask) -> None:
    """What the clock does for alerts: nothing, when they are switched off."""
    settings = app.config["SETTINGS"]
    if settings.INVENTORY_ENABLE_ALERTS:
        schedule.every(app, settings.INVENTORY_CHECK_INTERVAL / 1000, check_all)
        schedule.every(app, 5, alert_mails.send_alert_mails)
        schedule.every(app, 900, alert_mails.remind)


def stock_changed(event: Announcement) -> None:
    """What the outbox calls after every change of stock, of a threshold or of a product's status."""
    check([event.key])


def check(skus: Collection[str]) -> int:
    """Bring the alerts of these SKUs to what their stock asks for. Returns how many were opened and resolved.

    Whoever has written looks again: stock that changed between the look and the write had its own look too early. So
    the last of all commits is followed by a look that sees everything, and no row has to be locked.
    """
    written = 0
    if alert_queries.are_on():
        for _ in range(LOOKS):
            if not alert_queries.find_crossings(skus):
                break
            written += run_transaction(lambda: settle(skus))
    return written


def check_all() -> int:
    """The same for all SKUs, run by the clock. Returns as `check`."""
    return check_in_chunks(alert_queries.find_all_crossings())


def recheck_category(category_id: int) -> int:
    """For a category whose threshold has changed: all that follows it, at once. Returns as `check`."""
    return check_in_chunks(alert_queries.find_crossings_in_category(category_id))


def check_in_chunks(crossings: Sequence[Crossing]) -> int:
    skus = [crossing.sku for crossing in crossings]
    return sum(check(skus[start : start + CHUNK]) for start in range(0, len(skus), CHUNK))


def settle(skus: Collection[str]) -> int:
    """Call inside transaction()."""
    crossings = alert_queries.find_crossings(skus)
    resolved = [resolve(crossing.alert_id) for crossing in crossings if crossing.alert_id]
    opened = [open_alert(crossing) for crossing in crossings if crossing.wanted]
    if any(opened):
        alert_mails.send_later()
    return sum(resolved) + sum(opened)


def resolve(alert_id: int) -> bool:
    ending = sa.update(alert).where(alert.c.id == alert_id, OPEN).values(resolved_at=now_ms())
    return announce(db.session.scalar(ending.returning(alert.c.id)))


def open_alert(crossing: Crossing) -> bool:
    """False when the SKU has an open one already, from a caller at the same moment: then it is no news."""
    values = {
        "variant": crossing.variant_id,
        "wanted": crossing.wanted,
        "version": crossing.version,
        "left": crossing.left,
    }
    return announce(db.session.scalar(INSERTS[db.engine.dialect.name], values))


def announce(alert_id: int | None) -> bool:
    if alert_id is not None:
        outbox.announce(ALERT_CHANGED, str(alert_id))
    return alert_id is not None


def acknowledge(alert_ids: Collection[int], caller: Caller) -> int:
    """Note that somebody takes care of these. Call inside transaction(). Returns how many nobody had taken before."""
    taking = sa.update(alert).where(alert.c.id.in_(alert_ids), WAITING)
    taken = db.session.scalars(
        taking.values(acknowledged_by=caller.name, acknowledged_at=now_ms()).returning(alert.c.id)
    ).all()
    for alert_id in sorted(taken):
        announce(alert_id)
        audit.record("alert_acknowledged", f"alert:{alert_id}", actor=caller.name, role=caller.role)
    return len(taken)
