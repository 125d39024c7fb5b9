"""Proof that the stock is right: what must always be true, checked over the whole database as of one moment.

| what | where |
|---|---|
| I1 figures = checkpoint + movements | `check_levels`, with I3 |
| I2 versions without a gap | `check_chain`, the newest in `check_levels` |
| I3 after = before + change | `check_chain` |
| I4 nothing negative, nothing promised twice, at every version | `check_chain`, by the present backorder limit |
| I5 reserved = lines of open holds | `check_held` |
| I6 sold from holds = lines of sold holds | `check_sold` |
| I7 every change is announced | `check_outbox`: no event waits for a minute; older events are deleted, so not counted |
| I8 one open hold an owner, one an order | `check_doubles` |
| I9 one key, one effect | not here: key and effect are one transaction, which leaves no trace to check |
| I10 what came less what went = what is there | I1, and by kinds `check_days` |
| I11 one open alert a SKU, as its stock asks for | `check_doubles`, `check_alerts` |
| I12 Redis shows the database's version | `check_redis` |
| I13 pruning changes nothing | this proof, run again |

A sale that names no hold was not from one. Sold holds outlive the movements, so the line of one needs its movement only if
it was sold after the level's checkpoint. Orders have states, and their own invariants, once there are orders.

It repairs nothing: what is wrong here was written past the ledger, and only a person can say which side is true.
"""

from collections.abc import Callable, Iterable, Iterator

import sqlalchemy as sa
from flask import Flask, current_app

from app.core.database import db, snapshot
from app.core.outbox_rows import OutboxEvent, has_waited
from app.inventory import alert_queries, proofs, queries
from app.inventory.ledger import STOCK_CHANGED
from app.inventory.models import StockLevel
from app.inventory.proofs import Finding
from app.realtime.publish import published_versions

WAITS_MS = 60_000

Check = Callable[[], Iterable[Finding]]


def init_app(app: Flask) -> None:
    app.extensions["proofs"] = [
        proofs.check_chain,
        proofs.check_levels,
        proofs.check_held,
        proofs.check_sold,
        proofs.check_doubles,
        proofs.check_days,
        check_outbox,
        check_alerts,
    ]


def register(app: Flask, check: Check) -> None:
    """`check` reads the database through the session, and finds it as all others do."""
    app.extensions["proofs"].append(check)


def verify() -> list[Finding]:
    """Everything that is wrong, nothing when all is right. Raises RedisDown rather than answer for half of it."""
    before = shown_versions()
    with snapshot():
        found = [finding for check in current_app.extensions["proofs"] for finding in check()]
        versions, _ = queries.all_versions()
        idle = is_idle()
    after = shown_versions() if idle else {}
    return [*found, *check_redis(versions, before, after)]


def is_idle() -> bool:
    """No change of stock is still to be told of."""
    waiting = sa.exists().where(OutboxEvent.published_at.is_(None), OutboxEvent.topic == STOCK_CHANGED)
    return not db.session.scalar(sa.select(waiting))


def shown_versions() -> dict[str, int]:
    """What Redis shows of every SKU; nothing where nothing is pushed."""
    if not current_app.config["SETTINGS"].INVENTORY_ENABLE_REALTIME:
        return {}
    shown = published_versions([f"stock:{sku}" for sku in queries.all_versions()[0]])
    return {channel.removeprefix("stock:"): version for channel, version in shown.items()}


def check_redis(versions: dict[str, int], before: dict[str, int], after: dict[str, int]) -> Iterator[Finding]:
    """`before` and `after` were read before and after `versions`; a SKU that Redis does not know is read from SQL."""
    for sku, version in versions.items():
        if before.get(sku, version) > version:
            wrong = f"Redis shows version {before[sku]}, the database has {version}"
            yield Finding(
                wrong, "The database was set back: the clock makes Redis forget within a minute", sku
            )
        elif after.get(sku, version) < version:
            wrong = f"Redis shows version {after[sku]}, the database has {version}, and no event is waiting"
            yield Finding(wrong, "The clock publishes it within a minute; see that it runs", sku)


def check_outbox() -> Iterator[Finding]:
    late = sa.select(OutboxEvent.topic, sa.func.count()).where(has_waited(WAITS_MS))
    for topic, count in db.session.execute(late.group_by(OutboxEvent.topic)):
        wrong = f"{count} events of {topic} have waited for more than a minute"
        yield Finding(wrong, "See that the clock and Redis run, and what the clock's log says of them")


def check_alerts() -> Iterator[Finding]:
    """An event on its way may be the one that opens or resolves an alert."""
    if not alert_queries.are_on() or not is_idle():
        return
    for row in alert_queries.find_all_crossings():
        wrong = f"with {row.left} left its alert must be {row.wanted or 'resolved'}"
        yield Finding(wrong, "The clock's check sees to it; see that it runs", row.sku, version=row.version)


def count_skus() -> int:
    return db.session.scalar(sa.select(sa.func.count(sa.distinct(StockLevel.variant_id)))) or 0
