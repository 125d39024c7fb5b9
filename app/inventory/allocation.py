"""Which locations give the units: as few as possible, in the order of locations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from app.catalogue.models import Product, Variant
from app.core.database import db
from app.inventory.errors import NotForSale, UnknownSku
from app.inventory.models import StockLevel

variant, product, level = (table.__table__ for table in (Variant, Product, StockLevel))

LEVELS = (
    sa.select(
        variant.c.sku,
        level.c.id,
        (level.c.on_hand + level.c.backorder_limit - level.c.reserved - level.c.unavailable).label(
            "available"
        ),
        sa.and_(product.c.status == "active", variant.c.retired_at.is_(None)).label("for_sale"),
    )
    .join_from(variant, level, level.c.variant_id == variant.c.id)
    .join(product, product.c.id == variant.c.product_id)
    .where(variant.c.sku.in_(sa.bindparam("skus", expanding=True)))
    .order_by(variant.c.sku, level.c.location_id)
)


@dataclass(frozen=True)
class Step:
    """A change of what one hold takes from one level: `delta` units more or less, `quantity` afterwards."""

    level_id: int
    sku: str
    delta: int
    quantity: int


def plan(wanted: Mapping[str, int], mine: Mapping[int, int]) -> list[Step]:
    """The steps from what is held (`mine`, units by level) to what is wanted (units by SKU), by ascending level.

    What no location can give is asked of the first one, whose guard refuses it. Raises UnknownSku, or NotForSale when more
    is wanted of a product that left the shop.
    """
    found = db.session.execute(LEVELS, {"skus": list(wanted)}).all()
    shelves = {sku: list(levels) for sku, levels in groupby(found, key=attrgetter("sku"))}
    steps: list[Step] = []
    for sku, units in wanted.items():
        if sku not in shelves:
            raise UnknownSku(f"No product has the SKU {sku}", productId=sku)
        levels = shelves[sku]
        delta = units - sum(mine.get(shelf.id, 0) for shelf in levels)
        if delta > 0 and not levels[0].for_sale:
            raise NotForSale(f"{sku} is not for sale", productId=sku)
        moves = give(delta, levels) if delta > 0 else take_back(-delta, levels, mine)
        steps += [Step(id, sku, move, mine.get(id, 0) + move) for id, move in moves.items() if move]
    return sorted(steps, key=attrgetter("level_id"))


def give(units: int, levels: Iterable[Any]) -> dict[int, int]:
    moves: dict[int, int] = {}
    for shelf in levels:
        moves[shelf.id] = max(0, min(units, shelf.available))
        units -= moves[shelf.id]
    moves[next(iter(moves))] += units
    return moves


def take_back(units: int, levels: list[Any], mine: Mapping[int, int]) -> dict[int, int]:
    moves: dict[int, int] = {}
    for shelf in reversed(levels):
        moves[shelf.id] = -min(units, mine.get(shelf.id, 0))
        units += moves[shelf.id]
    return moves
