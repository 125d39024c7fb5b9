"""One change for many SKUs: planned for all to see, then made all at once or not at all."""

import csv
import io
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import sqlalchemy as sa

from app.catalogue.models import Product, Variant
from app.catalogue.queries import name_item
from app.core.database import db
from app.core.errors import DomainError
from app.inventory import thresholds
from app.inventory.adjustments import LARGEST_QUANTITY, change_for
from app.inventory.ledger import Change, Origin, apply
from app.inventory.models import Location, StockLevel
from app.security.access import Caller

# In one transaction, which on SQLite all other writers wait for; more than this is a file's job.
MOST_AT_ONCE = 200
BATCH = 500
OPERATIONS = {"add": "Add", "remove": "Take out", "set": "Set to", "damage": "Set aside as damaged"}
THRESHOLD = "threshold"
EACH = "each"

level = StockLevel.__table__
anywhere = level.alias()


class PlanChanged(DomainError):
    code, kind, title = (
        "plan_changed",
        "conflict",
        "What was planned is not possible any more; nothing was changed",
    )


@dataclass(frozen=True)
class BulkChange:
    """The same for all, or with EACH a figure for each SKU. `units` is None for EACH, and for a threshold that the category
    decides."""

    operation: str
    units: int | None
    location: str = ""
    figures: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_count(self) -> bool:
        return self.operation in ("set", EACH)

    def units_of(self, sku: str) -> int:
        return self.figures.get(sku, self.units or 0)

    @property
    def figure(self) -> str:
        return {THRESHOLD: "Low at", "damage": "Unavailable"}.get(self.operation, "On hand")


class Level(NamedTuple):
    """`kept` is what must stay on hand for those it is promised to."""

    sku: str
    name: str
    id: int
    version: int
    on_hand: int
    kept: int
    unavailable: int
    threshold: int | None


@dataclass(frozen=True)
class BulkRow:
    """One SKU's figure before and after, and what is in the way. None is a threshold that the category decides."""

    sku: str
    name: str
    level_id: int = 0
    version: int = 0
    on_hand: int = 0
    before: int | None = None
    after: int | None = None
    problem: str = ""

    @property
    def is_changed(self) -> bool:
        return not self.problem and self.before != self.after


def plan(skus: Sequence[str], wanted: BulkChange, shown: Mapping[str, int]) -> list[BulkRow]:
    """In the order given. `shown` is what was on hand in the preview: a count made from that must find it so."""
    found = read_levels(skus, wanted.location)
    return [
        plan_row(found[sku], wanted, shown.get(sku))
        if sku in found
        else BulkRow(sku, sku, problem="It is not kept here")
        for sku in dict.fromkeys(skus)
    ]


def plan_row(found: Level, wanted: BulkChange, shown: int | None) -> BulkRow:
    row = BulkRow(found.sku, found.name, found.id, found.version, found.on_hand)
    if wanted.operation == THRESHOLD:
        return replace(row, before=found.threshold, after=wanted.units)
    change = change_for(
        "set" if wanted.is_count else wanted.operation, wanted.units_of(found.sku), found.on_hand
    )
    if wanted.operation == "damage":
        row = replace(row, before=found.unavailable, after=found.unavailable + change.unavailable)
    else:
        row = replace(row, before=found.on_hand, after=found.on_hand + change.on_hand)
    return replace(row, problem=problem_of(found, change, wanted, shown))


def problem_of(found: Level, change: Change, wanted: BulkChange, shown: int | None) -> str:
    after = found.on_hand + change.on_hand
    if wanted.is_count and shown is not None and shown != found.on_hand:
        return f"It was {shown} in the preview and is {found.on_hand} now; look again"
    if after < 0:
        return f"Only {found.on_hand} are on hand"
    if after < found.kept + change.unavailable and change != Change(change.kind) and after <= found.on_hand:
        return f"Only {max(found.on_hand - found.kept, 0)} are free; the others are reserved or unavailable"
    return f"More than {LARGEST_QUANTITY:,} do not fit" if after > LARGEST_QUANTITY else ""


def read_levels(skus: Sequence[str], location: str) -> dict[str, Level]:
    """At the location, the first one by default. The threshold is the SKU's own, the same at every location."""
    here = sa.select(Location.id).order_by(Location.id).limit(1)
    if location:
        here = here.where(Location.code == location)
    kept = level.c.reserved + level.c.unavailable - level.c.backorder_limit
    low = sa.select(sa.func.max(anywhere.c.low_threshold)).where(anywhere.c.variant_id == level.c.variant_id)
    figures = (level.c.id, level.c.version, level.c.on_hand, kept, level.c.unavailable, low.scalar_subquery())
    statement = (
        sa.select(Variant.sku, Product.name, Variant.glaze, Variant.size, *figures)
        .join_from(level, Variant, Variant.id == level.c.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(level.c.location_id == here.scalar_subquery())
    )
    found = {}
    for start in range(0, len(skus), BATCH):
        for sku, product, glaze, size, *rest in db.session.execute(
            statement.where(Variant.sku.in_(skus[start : start + BATCH]))
        ):
            found[sku] = Level(sku, name_item(product, glaze, size), *rest)
    return found


def apply_bulk(
    skus: Sequence[str], wanted: BulkChange, shown: Mapping[str, int], origin: Origin, role: str
) -> str:
    """Make the change for all of them, or for none. Call inside transaction(). Returns the name that undoes it.

    Raises PlanChanged when a row has a problem now, and what the ledger raises when one gets it at this moment.
    """
    rows = plan(skus, wanted, shown)
    if any(row.problem for row in rows) or len(rows) > MOST_AT_ONCE:
        raise PlanChanged()
    name = secrets.token_hex(6)
    changing = sorted((row for row in rows if row.is_changed), key=lambda row: row.level_id)
    if wanted.operation == THRESHOLD and changing:
        thresholds.set_threshold([row.sku for row in changing], wanted.units, Caller(origin.actor, role, ()))
    else:
        for row in changing:
            write(row, wanted, replace(origin, source=source_of(name)))
    return name


def write(row: BulkRow, wanted: BulkChange, origin: Origin) -> None:
    """A count is written only over what it was planned with."""
    moved = (row.after or 0) - (row.before or 0)
    if wanted.operation == "damage":
        apply(row.level_id, row.sku, Change("damage", unavailable=moved), origin)
    else:
        expect = row.version if wanted.is_count else None
        apply(row.level_id, row.sku, Change("adjust", on_hand=moved), origin, expect=expect)


def source_of(name: str) -> str:
    return f"bulk:{name}"


def as_sheet(rows: Sequence[BulkRow], wanted: BulkChange) -> bytes:
    """The same as a file to import, which is how more rows than fit into a transaction are changed."""
    column = {"set": "on_hand", EACH: "on_hand", THRESHOLD: "threshold"}.get(wanted.operation, "change")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["sku", *(["location"] if wanted.location else []), column])
    for row in rows:
        units = f"{(row.after or 0) - (row.before or 0):+d}" if column == "change" else wanted.units
        units = wanted.units_of(row.sku) if wanted.operation == EACH else units
        writer.writerow([row.sku, *([wanted.location] if wanted.location else []), units])
    return text.getvalue().encode()
