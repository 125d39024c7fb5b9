"""The rows behind a hold: opening, renewing and closing it, and what it takes from each level."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core import outbox
from app.core.database import db, now_ms
from app.inventory.allocation import Step, level, variant
from app.inventory.errors import NoReservation, ReservationGone, TooManyHolds
from app.inventory.models import Reservation, ReservationLine
from app.inventory.models.reservation import new_reservation_id

hold, line = Reservation.__table__, ReservationLine.__table__
HELD = hold.c.status == "held"

# Key: the id of a hold that was promised to somebody and has ended.
PROMISE_ENDED = "promise_ended"


@dataclass(frozen=True)
class Line:
    """What a hold takes from one level."""

    level_id: int
    sku: str
    quantity: int


@dataclass(frozen=True)
class Hold:
    """A hold as its rows have it. Times are epoch milliseconds of the database's clock; lines are in the order of locks."""

    id: str
    owner: str
    status: str
    order_id: str | None
    expires_at: int | None
    promised_to: str | None = None
    lines: tuple[Line, ...] = ()

    @property
    def by_level(self) -> dict[int, int]:
        return {taken.level_id: taken.quantity for taken in self.lines}

    @property
    def units(self) -> dict[str, int]:
        """By SKU, from all locations."""
        units: dict[str, int] = {}
        for taken in sorted(self.lines, key=attrgetter("sku")):
            units[taken.sku] = units.get(taken.sku, 0) + taken.quantity
        return units


COLUMNS = (hold.c.id, hold.c.owner, hold.c.status, hold.c.order_id, hold.c.expires_at, hold.c.promised_to)
TTL = sa.bindparam("ttl", type_=sa.BigInteger)
CAP = sa.bindparam("cap", type_=sa.BigInteger)
NEW = {
    "id": sa.bindparam("id"),
    "owner": sa.bindparam("owner"),
    "client": sa.bindparam("client"),
    "promised_to": sa.bindparam("promised_to"),
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
LINES = (
    sa.select(line.c.stock_level_id, variant.c.sku, line.c.quantity)
    .join_from(line, level, level.c.id == line.c.stock_level_id)
    .join(variant, variant.c.id == level.c.variant_id)
    .where(line.c.reservation_id == sa.bindparam("id"))
    .order_by(line.c.stock_level_id)
)
INSERT_LINE = sa.insert(line).values(returned=0)


def open_hold(owner: str, client: str, ttl_ms: int, promised_to: str | None = None) -> Hold:
    """The owner's hold, renewed; a new one when there is none. The row stays locked.

    A renewal wins over a sweep that comes later. Raises ReservationGone past the longest time, TooManyHolds.
    """
    cap_ms = current_app.config["SETTINGS"].INVENTORY_HOLD_MAX_SECONDS * 1000
    ttl_ms = min(ttl_ms, cap_ms)
    names = {"owner": owner, "client": client, "promised_to": promised_to}
    new = {"id": new_reservation_id(), **names, "ttl": ttl_ms, "cap": cap_ms}
    while True:
        made = db.session.execute(INSERTS[db.engine.dialect.name], new).one_or_none()
        if made:
            check_client(client)
            return Hold(*made)
        renewed = db.session.execute(RENEW, {"by": owner, "ttl": ttl_ms}).one_or_none()
        if renewed and renewed.over:
            raise ReservationGone("The hold has reached its longest time; reserve again")
        if renewed:
            return read_hold(renewed)
        # The hold that was in the way has ended in between.


def check_client(client: str) -> None:
    if not client:
        return
    most = current_app.config["SETTINGS"].INVENTORY_MAX_HOLDS_PER_ADDRESS
    held = sa.select(sa.func.count()).select_from(hold).where(hold.c.client == client, HELD)
    if db.session.scalar(held) > most:
        raise TooManyHolds(f"At most {most} holds may be open from one connection; finish or drop one")


def read_lines(reservation_id: str) -> tuple[Line, ...]:
    return tuple(Line(*row) for row in db.session.execute(LINES, {"id": reservation_id}))


def read_hold(row: sa.Row[*tuple[Any, ...]]) -> Hold:
    return replace(Hold(*row[: len(COLUMNS)]), lines=read_lines(row.id))


def keep_lines(held: Hold, steps: Sequence[Step]) -> Hold:
    """Write what each step leaves; a line of nothing goes. Returns the hold as it is then."""
    lines = {taken.level_id: taken for taken in held.lines}
    for step in steps:
        key = sa.and_(line.c.reservation_id == held.id, line.c.stock_level_id == step.level_id)
        if step.quantity == 0:
            db.session.execute(sa.delete(line).where(key))
        elif step.level_id in lines:
            db.session.execute(sa.update(line).where(key).values(quantity=step.quantity))
        else:
            values = {"reservation_id": held.id, "stock_level_id": step.level_id, "quantity": step.quantity}
            db.session.execute(INSERT_LINE, values)
        lines[step.level_id] = Line(step.level_id, step.sku, step.quantity)
    return replace(held, lines=tuple(lines[id] for id in sorted(lines) if lines[id].quantity))


def close_hold(reservation_id: str, *conditions: sa.ColumnElement[bool], **values: object) -> Hold | None:
    """End a hold that meets the conditions; None when it does not, such as when somebody else was first."""
    flip = (
        sa.update(hold)
        .where(hold.c.id == reservation_id, *conditions)
        .values(**{"closed_at": now_ms(), **values})
    )
    row = db.session.execute(flip.returning(*COLUMNS)).one_or_none()
    if row and row.promised_to:
        outbox.announce(PROMISE_ENDED, row.id)
    return read_hold(row) if row else None


def get_hold(*conditions: sa.ColumnElement[bool] | sa.TextClause) -> Hold:
    """The newest that meets the conditions. Raises NoReservation."""
    newest = sa.select(*COLUMNS).where(*conditions).order_by(hold.c.created_at.desc()).limit(1)
    row = db.session.execute(newest).one_or_none()
    if row is None:
        raise NoReservation()
    return read_hold(row)
