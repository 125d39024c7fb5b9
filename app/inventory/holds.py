"""The rows behind a hold: opening, renewing and closing it, and what it takes from each level."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core.database import db, now_ms
from app.inventory.allocation import Step, level, variant
from app.inventory.errors import NoReservation, ReservationGone, TooManyHolds
from app.inventory.models import Reservation, ReservationLine
from app.inventory.models.reservation import new_reservation_id

hold, line = Reservation.__table__, ReservationLine.__table__
HELD = hold.c.status == "held"


@dataclass(frozen=True)
class Hold:
    """A hold as its row has it. Times are epoch milliseconds of the database's clock."""

    id: str
    owner: str
    status: str
    order_id: str | None
    expires_at: int | None


COLUMNS = (hold.c.id, hold.c.owner, hold.c.status, hold.c.order_id, hold.c.expires_at)
TTL = sa.bindparam("ttl", type_=sa.BigInteger)
CAP = sa.bindparam("cap", type_=sa.BigInteger)
NEW = {
    "id": sa.bindparam("id"),
    "owner": sa.bindparam("owner"),
    "client": sa.bindparam("client"),
    "status": "held",
    "created_at": now_ms(),
    "expires_at": now_ms() + TTL,
    "hard_expires_at": now_ms() + CAP,
}
INSERTS = {
    "sqlite": sqlite_insert(hold).values(NEW).on_conflict_do_nothing().returning(*COLUMNS),
    "postgresql": postgres_insert(hold).values(NEW).on_conflict_do_nothing().returning(*COLUMNS),
}
RENEW = (
    sa.update(hold)
    .where(hold.c.owner == sa.bindparam("by"), HELD)
    .values(
        expires_at=sa.case(
            (now_ms() + TTL < hold.c.hard_expires_at, now_ms() + TTL), else_=hold.c.hard_expires_at
        )
    )
    .returning(*COLUMNS, (hold.c.hard_expires_at <= now_ms()).label("over"))
)
LINES = sa.select(line.c.stock_level_id, line.c.quantity).where(line.c.reservation_id == sa.bindparam("id"))
UNITS = (
    sa.select(variant.c.sku, sa.func.sum(line.c.quantity))
    .join_from(line, level, level.c.id == line.c.stock_level_id)
    .join(variant, variant.c.id == level.c.variant_id)
    .where(line.c.reservation_id == sa.bindparam("id"))
    .group_by(variant.c.sku)
    .order_by(variant.c.sku)
)
INSERT_LINE = sa.insert(line).values(returned=0)


def open_hold(owner: str, client: str, ttl_ms: int) -> tuple[Hold, dict[int, int]]:
    """The owner's hold, renewed, with its units by level; a new one when there is none. The row stays locked.

    A renewal wins over a sweep that comes later. Raises ReservationGone past the longest time, TooManyHolds.
    """
    cap_ms = current_app.config["SETTINGS"].INVENTORY_HOLD_MAX_SECONDS * 1000
    ttl_ms = min(ttl_ms, cap_ms)
    new = {"id": new_reservation_id(), "owner": owner, "client": client, "ttl": ttl_ms, "cap": cap_ms}
    while True:
        made = db.session.execute(INSERTS[db.engine.dialect.name], new).one_or_none()
        if made:
            check_client(client)
            return Hold(*made), {}
        renewed = db.session.execute(RENEW, {"by": owner, "ttl": ttl_ms}).one_or_none()
        if renewed and renewed.over:
            raise ReservationGone("The hold has reached its longest time; reserve again")
        if renewed:
            held = Hold(*renewed[:-1])
            return held, lines_of(held.id)
        # The hold that was in the way has ended in between.


def check_client(client: str) -> None:
    if not client:
        return
    most = current_app.config["SETTINGS"].INVENTORY_MAX_HOLDS_PER_ADDRESS
    held = sa.select(sa.func.count()).select_from(hold).where(hold.c.client == client, HELD)
    if db.session.scalar(held) > most:
        raise TooManyHolds(f"At most {most} holds may be open from one connection; finish or drop one")


def lines_of(reservation_id: str) -> dict[int, int]:
    """Units by level, in the order that levels are locked in."""
    rows = db.session.execute(LINES, {"id": reservation_id})
    return dict(sorted((row.stock_level_id, row.quantity) for row in rows))


def units_of(reservation_id: str) -> dict[str, int]:
    """Units by SKU."""
    rows = db.session.execute(UNITS, {"id": reservation_id})
    return {sku: int(units) for sku, units in rows}


def keep_lines(reservation_id: str, steps: Sequence[Step]) -> None:
    """Write what each step leaves; a line of nothing goes."""
    for step in steps:
        key = sa.and_(line.c.reservation_id == reservation_id, line.c.stock_level_id == step.level_id)
        if step.quantity == 0:
            db.session.execute(sa.delete(line).where(key))
        elif step.quantity == step.delta:
            values = {
                "reservation_id": reservation_id,
                "stock_level_id": step.level_id,
                "quantity": step.quantity,
            }
            db.session.execute(INSERT_LINE, values)
        else:
            db.session.execute(sa.update(line).where(key).values(quantity=step.quantity))


def close_hold(reservation_id: str, *conditions: sa.ColumnElement[bool], **values: object) -> Hold | None:
    """End a hold that meets the conditions; None when it does not, such as when somebody else was first."""
    flip = (
        sa.update(hold)
        .where(hold.c.id == reservation_id, *conditions)
        .values(**{"closed_at": now_ms(), **values})
    )
    row = db.session.execute(flip.returning(*COLUMNS)).one_or_none()
    return Hold(*row) if row else None


def get_hold(*conditions: sa.ColumnElement[bool] | sa.TextClause) -> Hold:
    """The newest that meets the conditions. Raises NoReservation."""
    newest = sa.select(*COLUMNS).where(*conditions).order_by(hold.c.created_at.desc()).limit(1)
    row = db.session.execute(newest).one_or_none()
    if row is None:
        raise NoReservation()
    return Hold(*row)
