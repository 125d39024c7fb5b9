"""The end of a hold's time, by the clock and on demand: a dead sweeper never makes a false "sold out"."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import sqlalchemy as sa

from app.core.database import db, now_ms, run_transaction
from app.inventory import demand, reservations
from app.inventory.allocation import level, variant
from app.inventory.errors import InsufficientStock, OrderProcessed, ReservationGone
from app.inventory.holds import HELD, hold, line
from app.inventory.ledger import Change, Origin
from app.inventory.reservations import Party
from app.inventory.turns import take_turn

BATCH = 1_000
# A request ends a few holds to make room; all of them are the clock's work.
INLINE_BATCH = 25
TRIES = 4
BY_CLOCK = Origin("clock", "The hold's time was over")

Result = TypeVar("Result")

ripe = hold.alias("ripe")
# What there is and what the owner has of it, in one statement: read apart, a hold that shrinks in between counts in neither.
# With it, whether the time of any hold in the shop is over: mostly of none, and a refusal need not look further.
ROOM = (
    sa.select(
        variant.c.sku,
        (level.c.on_hand + level.c.backorder_limit - level.c.reserved - level.c.unavailable).label(
            "available"
        ),
        sa.func.coalesce(line.c.quantity, 0).label("own"),
        sa.exists().where(ripe.c.status == "held", ripe.c.expires_at <= now_ms()).label("any_due"),
    )
    .join_from(variant, level, level.c.variant_id == variant.c.id)
    .outerjoin(hold, sa.and_(hold.c.owner == sa.bindparam("owner"), HELD))
    .outerjoin(line, sa.and_(line.c.reservation_id == hold.c.id, line.c.stock_level_id == level.c.id))
    .where(variant.c.sku.in_(sa.bindparam("skus", expanding=True)))
)

DUE = (
    sa.select(hold.c.id)
    .where(HELD, hold.c.expires_at <= now_ms())
    .order_by(hold.c.expires_at)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
DUE_OF_OWNER = DUE.where(hold.c.owner == sa.bindparam("owner"))
# Asked of each hold that is due, of which there are few: a SKU has had holds without number.
DUE_OF_SKUS = DUE.where(
    sa.exists()
    .where(line.c.reservation_id == hold.c.id, variant.c.sku.in_(sa.bindparam("skus", expanding=True)))
    .where(level.c.id == line.c.stock_level_id, variant.c.id == level.c.variant_id)
)


def with_room(party: Party, wanted: Mapping[str, int], write: Callable[[], Result]) -> Result:
    """Run a write that reserves `wanted`; before it is refused, holds on those SKUs whose time is over are ended.

    When it is plain that there is too little, nothing is locked: a sold-out SKU costs its callers a read. Raises what
    `write` raises.
    """
    for _ in range(TRIES):
        short, any_due = look(party.owner, wanted)
        if short and not (any_due and expire_due(skus=[str(entry["productId"]) for entry in short])):
            break
        db.session.rollback()  # gives its connection back while it waits
        try:
            with take_turn(wanted):
                return write()
        except InsufficientStock as error:
            short = list(error.facts["short"])
        except ReservationGone:
            expire_due(owner=party.owner)
            raise
    demand.note(party.owner, short)
    raise reservations.short_of(short)


def with_room_for_order(order_id: str, wanted: Mapping[str, int], write: Callable[[], Result]) -> Result:
    """The same for `reservations.sell`. An order that somebody else has sold meanwhile is answered, not refused."""
    if reservations.find_processed(order_id):
        return write()
    try:
        return with_room(Party(f"order:{order_id}"), wanted, write)
    except (InsufficientStock, OrderProcessed):
        if not reservations.find_processed(order_id):
            raise
        return write()


def find_short(owner: str, wanted: Mapping[str, int]) -> list[dict[str, object]]:
    """The SKUs of which the shelf and the owner's own hold have less than wanted."""
    return look(owner, wanted)[0]


def look(owner: str, wanted: Mapping[str, int]) -> tuple[list[dict[str, object]], bool]:
    """What `find_short` says, and whether any hold of the shop is due. Unknown SKUs are for `write` to refuse."""
    left: dict[str, int] = {}
    missing = dict(wanted)
    any_due = False
    for row in db.session.execute(ROOM, {"skus": list(wanted), "owner": owner}):
        left[row.sku] = left.get(row.sku, 0) + row.available
        missing[row.sku] -= row.own
        any_due = bool(row.any_due)
    short = [
        {"productId": sku, "missing": units, "available": left[sku]}
        for sku, units in missing.items()
        if sku in left and units > left[sku]
    ]
    return short, any_due


def expire_due(*, skus: list[str] | None = None, owner: str | None = None) -> int:
    """End holds whose time is over, each in a transaction of its own. Returns how many."""
    if skus is not None:
        ids = db.session.scalars(DUE_OF_SKUS, {"most": INLINE_BATCH, "skus": skus}).all()
    elif owner is not None:
        ids = db.session.scalars(DUE_OF_OWNER, {"most": BATCH, "owner": owner}).all()
    else:
        ids = db.session.scalars(DUE, {"most": BATCH}).all()
    return sum(expire(reservation_id) for reservation_id in ids)


def expire(reservation_id: str) -> bool:
    """End one hold, unless it was renewed, sold or ended in between."""
    due = hold.c.expires_at <= now_ms()
    ended = run_transaction(
        lambda: reservations.end(reservation_id, "expired", Change("expire"), BY_CLOCK, due)
    )
    return ended is not None
