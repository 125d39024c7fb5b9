"""The end of a hold's time, by the clock and on demand: a dead sweeper never makes a false "sold out"."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import sqlalchemy as sa

from app.catalogue.models import Variant
from app.core.database import db, now_ms, run_transaction
from app.inventory import demand, reservations
from app.inventory.allocation import LEVELS
from app.inventory.errors import InsufficientStock, ReservationGone
from app.inventory.holds import HELD, hold, line
from app.inventory.ledger import Change, Origin
from app.inventory.models import StockLevel
from app.inventory.reservations import Party

BATCH = 200
TRIES = 4
BY_CLOCK = Origin("clock", "The hold's time was over")

Result = TypeVar("Result")

OWN = (
    sa.select(Variant.sku, sa.func.sum(line.c.quantity))
    .join_from(hold, line, line.c.reservation_id == hold.c.id)
    .join(StockLevel, StockLevel.id == line.c.stock_level_id)
    .join(Variant, Variant.id == StockLevel.variant_id)
    .where(hold.c.owner == sa.bindparam("owner"), HELD)
    .group_by(Variant.sku)
)


def with_room(party: Party, wanted: Mapping[str, int], write: Callable[[], Result]) -> Result:
    """Run a write that reserves `wanted`; before it is refused, holds on those SKUs whose time is over are ended.

    When it is plain that there is too little, nothing is locked: a sold-out SKU costs its callers a read. Raises what
    `write` raises.
    """
    for _ in range(TRIES):
        short = find_short(party.owner, wanted)
        if short and not expire_due(skus=[str(entry["productId"]) for entry in short]):
            break
        try:
            return write()
        except InsufficientStock as error:
            short = list(error.facts["short"])
        except ReservationGone:
            expire_due(owner=party.owner)
            raise
    demand.note(party.owner, short)
    raise reservations.short_of(short)


def find_short(owner: str, wanted: Mapping[str, int]) -> list[dict[str, object]]:
    """The SKUs of which the shelf and the owner's own hold have less than wanted. Unknown ones are for `write` to refuse."""
    left: dict[str, int] = {}
    for row in db.session.execute(LEVELS, {"skus": list(wanted)}):
        left[row.sku] = left.get(row.sku, 0) + row.available
    if all(units <= left.get(sku, units) for sku, units in wanted.items()):
        return []
    own: dict[str, int] = dict(db.session.execute(OWN, {"owner": owner}).all())
    missing = {sku: units - int(own.get(sku, 0)) for sku, units in wanted.items() if sku in left}
    return [
        {"productId": sku, "missing": units, "available": max(left[sku], 0)}
        for sku, units in missing.items()
        if units > max(left[sku], 0)
    ]


def expire_due(*, skus: list[str] | None = None, owner: str | None = None) -> int:
    """End holds whose time is over, each in a transaction of its own. Returns how many."""
    due = sa.select(hold.c.id).where(HELD, hold.c.expires_at <= now_ms()).order_by(hold.c.expires_at)
    if owner is not None:
        due = due.where(hold.c.owner == owner)
    if skus is not None:
        of_skus = (
            sa.select(line.c.reservation_id)
            .join(StockLevel, StockLevel.id == line.c.stock_level_id)
            .join(Variant, Variant.id == StockLevel.variant_id)
            .where(Variant.sku.in_(skus))
        )
        due = due.where(hold.c.id.in_(of_skus))
    ids = db.session.scalars(due.limit(BATCH)).all()
    return sum(expire(reservation_id) for reservation_id in ids)


def expire(reservation_id: str) -> bool:
    """End one hold, unless it was renewed, sold or ended in between."""
    due = hold.c.expires_at <= now_ms()
    ended = run_transaction(
        lambda: reservations.end(reservation_id, "expired", Change("expire"), BY_CLOCK, due)
    )
    return ended is not None
