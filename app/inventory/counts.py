"""The stock-take: what was counted becomes what is there, unless something happened meanwhile or is promised."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core.database import db
from app.core.errors import Invalid
from app.inventory import open_holds
from app.inventory.adjustments import LARGEST_QUANTITY
from app.inventory.errors import CountBelowReserved, StaleVersion
from app.inventory.ledger import Change, Origin, apply
from app.inventory.locations import LevelAt, list_levels
from app.inventory.models import StockLevel, StockMovement
from app.inventory.open_holds import OpenHold


@dataclass(frozen=True)
class Counted:
    """`released` names the owners whose holds had to go."""

    sku: str
    before: int
    after: int
    released: tuple[str, ...] = ()


def count_stock(
    sku: str, location: str, counted: int, origin: Origin, *, expect: int, role: str, force: bool = False
) -> Counted:
    """Take over a count of one level; `expect` is the level's version that the sheet showed. Call inside transaction().

    Holds that came or went since then do not matter to a shelf: only units that did. A count below what is promised is
    refused with the holds that stand in the way; `force` releases the newest of them, never one that is paid for.
    Raises UnknownSku, StaleVersion, CountBelowReserved or Invalid.
    """
    if not 0 <= counted <= LARGEST_QUANTITY:
        raise Invalid(f"Between 0 and {LARGEST_QUANTITY}")
    level = find_level(sku, location)
    refuse_if_moved(level, sku, counted, expect)
    if counted == level.on_hand:
        return Counted(sku, level.on_hand, counted)
    released = make_room(level, sku, counted, origin, role=role, force=force)
    level = lock_level(level, sku, location)
    refuse_if_moved(level, sku, counted, expect)
    change = Change("count", on_hand=counted - level.on_hand)
    before = level.on_hand
    if level.reserved + level.unavailable > counted + level.backorder_limit:
        raise refusal(level, sku, counted)
    apply(level.id, sku, change, origin)
    return Counted(sku, before, counted, released)


def find_level(sku: str, location: str) -> LevelAt:
    """An empty one is made by the first transfer, so a location without a level has nothing to count."""
    levels = {level.code: level for level in list_levels(sku)}
    if location not in levels:
        raise Invalid(f"{sku} is not kept at {location}")
    return levels[location]


def lock_level(level: LevelAt, sku: str, location: str) -> LevelAt:
    """Holds are locked before levels everywhere, so the level is locked only once there is room."""
    db.session.execute(sa.select(StockLevel.id).where(StockLevel.id == level.id).with_for_update())
    return find_level(sku, location)


def refuse_if_moved(level: LevelAt, sku: str, counted: int, expect: int) -> None:
    moved = sa.exists().where(
        StockMovement.stock_level_id == level.id, StockMovement.version > expect, StockMovement.d_on_hand != 0
    )
    if db.session.scalar(sa.select(moved)):
        raise StaleVersion(
            f"{sku} changed while you counted: it is {level.on_hand} now and you counted {counted}",
            productId=sku,
            version=level.version,
            onHand=level.on_hand,
        )


def make_room(
    level: LevelAt, sku: str, counted: int, origin: Origin, *, role: str, force: bool
) -> tuple[str, ...]:
    missing = level.reserved + level.unavailable - counted - level.backorder_limit
    if missing <= 0:
        return ()
    newest = choose_newest(open_holds.list_holds_of(sku), level.code, missing)
    if not force or newest is None:
        raise refusal(level, sku, counted)
    released = open_holds.release_all([held.id for held in newest], origin, role=role)
    gone = {hold.id for hold in released}
    return tuple(held.owner_name for held in newest if held.id in gone)


def choose_newest(holds: list[OpenHold], location: str, missing: int) -> list[OpenHold] | None:
    """The newest `held` ones that make up for what is missing at this location; None when all of them do not."""
    chosen: list[OpenHold] = []
    for held in holds:
        here = sum(line.units for line in held.lines if line.code == location)
        if missing > 0 and held.status == "held" and here:
            chosen.append(held)
            missing -= here
    return chosen if missing <= 0 else None


def refusal(level: LevelAt, sku: str, counted: int) -> CountBelowReserved:
    here = [
        held for held in open_holds.list_holds_of(sku) if any(line.code == level.code for line in held.lines)
    ]
    missing = level.reserved + level.unavailable - counted - level.backorder_limit
    can_force = choose_newest(here, level.code, missing) is not None
    aside = f" and {level.unavailable} are set aside" if level.unavailable else ""
    stays = "" if can_force else ". Releasing holds is not enough: what is paid for or set aside stays"
    return CountBelowReserved(
        f"You counted {counted}, but {level.reserved} are promised{aside}{stays}",
        productId=sku,
        standing=here,
        canForce=can_force,
    )
