"""The staff's stock list: what matches, how many of it are low or out, and one page of it in full."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import current_app

from app.catalogue.models import Picture, Product, Variant
from app.core import clock
from app.core.database import db
from app.inventory import days, history, queries
from app.inventory.models import Location, StockDay, StockLevel, StockMovement
from app.inventory.sparkline import DAYS, Sparkline, draw_days
from app.inventory.stock import SkuStock

PAGE = 50
STATES = ("all", "low", "out")
SORTS = ("sku", "-sku", "available", "-available", "changed", "-changed")

level, movement, stock_day = StockLevel.__table__, StockMovement.__table__, StockDay.__table__
Figures = dict[str, SkuStock]


@dataclass(frozen=True)
class GridQuery:
    """What stands in the page's address. `location` is a code; without one, figures are of all locations together."""

    text: str = ""
    state: str = "all"
    location: str = ""
    sort: str = "sku"
    page: int = 1


@dataclass(frozen=True)
class GridRow:
    """`figures` are of the location in view, `stock` of all: its badge and its version are what everybody hears of."""

    product: str
    variant: str
    picture: str | None
    stock: SkuStock
    figures: SkuStock
    days: Sparkline
    changed_at: datetime | None
    changed_by: str

    @property
    def sku(self) -> str:
        return self.stock.sku

    @property
    def name(self) -> str:
        return f"{self.product}, {self.variant}" if self.variant else self.product

    @property
    def available(self) -> int:
        return max(self.figures.available, 0)


class Counts(NamedTuple):
    all: int
    low: int
    out: int


@dataclass(frozen=True)
class GridPage:
    rows: list[GridRow]
    counts: Counts
    total: int
    page: int
    pages: int

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def read_page(query: GridQuery) -> GridPage:
    """A page past the last one is the last one: rows may have gone since the link was made."""
    counts = count_states(query)
    total: int = getattr(counts, query.state)
    pages = max(1, -(-total // PAGE))
    page = min(query.page, pages)
    skus = list_skus(query, offset=(page - 1) * PAGE, limit=PAGE)
    return GridPage(read_rows(skus, query.location), counts, total, page, pages)


def count_states(query: GridQuery) -> Counts:
    found = matching(replace(query, state="all")).subquery()
    low, out = (sa.func.sum(sa.case((state_is(found, state), 1), else_=0)) for state in ("low", "out"))
    row = db.session.execute(sa.select(sa.func.count(), low, out).select_from(found), default_low()).one()
    return Counts(*(int(count or 0) for count in row))


def list_skus(query: GridQuery, *, offset: int = 0, limit: int | None = None) -> list[str]:
    """In the order that the page shows them."""
    found = matching(query).subquery()
    column = {"sku": found.c.sku, "available": found.c.available, "changed": found.c.updated_at}[
        query.sort.removeprefix("-")
    ]
    order = column.desc() if query.sort.startswith("-") else column
    statement = sa.select(found.c.sku).where(state_is(found, query.state))
    return list(
        db.session.scalars(
            statement.order_by(order, found.c.sku).offset(offset).limit(limit), default_low()
        ).all()
    )


def matching(query: GridQuery) -> sa.Select[Any]:
    """Every word that was typed stands in the SKU, the name or the options."""
    statement = queries.STOCK
    if query.location:
        here = sa.select(Location.id).where(Location.code == query.location).scalar_subquery()
        statement = statement.where(level.c.location_id == here)
    for word in query.text.split():
        fields = (Variant.sku, Product.name, Variant.glaze, Variant.size)
        statement = statement.where(sa.or_(*(field.icontains(word, autoescape=True) for field in fields)))
    return statement


def state_is(found: sa.Subquery, state: str) -> sa.ColumnElement[bool]:
    """What is no longer sold runs out on purpose."""
    if state == "all":
        return sa.true()
    empty = found.c.available <= 0
    wanted = empty if state == "out" else sa.and_(~empty, found.c.available <= found.c.threshold)
    return sa.and_(wanted, found.c.retired_at.is_(None))


def default_low() -> dict[str, int]:
    return {"low": current_app.config["SETTINGS"].INVENTORY_LOW_STOCK_THRESHOLD}


def read_rows(skus: Sequence[str], location: str = "") -> list[GridRow]:
    """Those of these SKUs that exist, in this order."""
    stock = queries.find_stock(skus)
    figures = find_figures(skus, location) if location else stock
    variants = {row.sku: row for row in db.session.execute(select_variants(skus))}
    changes, closings = find_changes(skus, location), find_closings(skus, location)
    people = history.name_people({change.actor for change in changes.values()})
    return [
        GridRow(
            product=variants[sku].name,
            variant=", ".join(part for part in (variants[sku].glaze, variants[sku].size) if part),
            picture=variants[sku].file,
            stock=stock[sku],
            figures=figures[sku],
            days=draw_days(closings.get(sku, {}), days.today(), figures[sku].on_hand),
            changed_at=clock.from_ms(changes[sku].created_at) if sku in changes else None,
            changed_by=people[changes[sku].actor] if sku in changes else "",
        )
        for sku in skus
        if sku in stock and sku in figures
    ]


def find_figures(skus: Collection[str], location: str) -> Figures:
    here = matching(GridQuery(location=location)).where(Variant.sku.in_(skus))
    return {stock.sku: stock for stock in queries.read_stock(here)}


def select_variants(skus: Collection[str]) -> sa.Select[Any]:
    """With the first picture that shows this variant."""
    shown = (
        sa.select(Picture.file)
        .where(
            Picture.product_id == Variant.product_id,
            Picture.state == "ready",
            sa.or_(Picture.glaze.is_(None), Picture.glaze == Variant.glaze),
        )
        .order_by(Picture.position)
        .limit(1)
        .scalar_subquery()
    )
    return (
        sa.select(Variant.sku, Variant.glaze, Variant.size, Product.name, shown.label("file"))
        .join(Product, Product.id == Variant.product_id)
        .where(Variant.sku.in_(skus))
    )


def of_levels(statement: sa.Select[Any], skus: Collection[str], location: str) -> sa.Select[Any]:
    chosen = statement.join(Variant, Variant.id == level.c.variant_id).where(Variant.sku.in_(skus))
    if location:
        chosen = chosen.join(Location, Location.id == level.c.location_id).where(Location.code == location)
    return chosen


def find_changes(skus: Collection[str], location: str) -> dict[str, Any]:
    """The last movement of each SKU, if its level has kept one."""
    last = sa.and_(movement.c.stock_level_id == level.c.id, movement.c.version == level.c.version)
    statement = sa.select(Variant.sku, movement.c.actor, movement.c.created_at).join_from(
        level, movement, last
    )
    rows = db.session.execute(of_levels(statement, skus, location).order_by(movement.c.created_at))
    return {row.sku: row for row in rows}


def find_closings(skus: Collection[str], location: str) -> dict[str, dict[date, int]]:
    closing = sa.func.sum(stock_day.c.closing).label("closing")
    statement = (
        of_levels(
            sa.select(Variant.sku, stock_day.c.day, closing).join_from(
                level, stock_day, stock_day.c.stock_level_id == level.c.id
            ),
            skus,
            location,
        )
        .where(stock_day.c.day > days.today() - DAYS * days.ONE)
        .group_by(Variant.sku, stock_day.c.day)
    )
    found: dict[str, dict[date, int]] = {}
    for sku, day, units in db.session.execute(statement):
        found.setdefault(sku, {})[day] = int(units)
    return found
