"""Where stock stands: the places, what of a SKU is at each, and moving units between them."""

import re
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.catalogue.models import Variant
from app.core.database import db, now_ms
from app.core.errors import Invalid, NotFound
from app.core.upsert import insert_into
from app.inventory import queries
from app.inventory.errors import UnknownSku
from app.inventory.ledger import Change, Origin, apply
from app.inventory.models import Location, StockLevel
from app.security import audit

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")
LONGEST_NAME = 80

level, location = StockLevel.__table__, Location.__table__


@dataclass(frozen=True)
class LevelAt:
    """A SKU at one location, with the settings that the level carries."""

    id: int
    code: str
    name: str
    on_hand: int
    reserved: int
    unavailable: int
    backorder_limit: int
    low_threshold: int | None
    expected_on: date | None
    version: int

    @property
    def available(self) -> int:
        return self.on_hand + self.backorder_limit - self.reserved - self.unavailable


@dataclass(frozen=True)
class LocationRow:
    """One line of the staff's list. `units` and `skus` count what is there."""

    code: str
    name: str
    skus: int
    units: int


def list_levels(sku: str) -> list[LevelAt]:
    """In the order of locations. Raises UnknownSku."""
    columns = (
        level.c.id, location.c.code, location.c.name, level.c.on_hand, level.c.reserved, level.c.unavailable,
        level.c.backorder_limit, level.c.low_threshold, level.c.expected_on, level.c.version,
    )  # fmt: skip
    rows = db.session.execute(
        sa.select(*columns)
        .join_from(level, location, location.c.id == level.c.location_id)
        .join(Variant, Variant.id == level.c.variant_id)
        .where(Variant.sku == sku)
        .order_by(location.c.id)
    ).all()
    if not rows:
        raise UnknownSku(f"No product has the SKU {sku}", productId=sku)
    return [LevelAt(**row._mapping) for row in rows]


def list_locations() -> list[LocationRow]:
    stands = sa.case((level.c.on_hand > 0, 1))
    rows = db.session.execute(
        sa.select(
            location.c.code,
            location.c.name,
            sa.func.count(stands),
            sa.func.coalesce(sa.func.sum(level.c.on_hand), 0),
        )
        .outerjoin_from(location, level, level.c.location_id == location.c.id)
        .group_by(location.c.id)
        .order_by(location.c.id)
    )
    return [LocationRow(code, name, skus, int(units)) for code, name, skus, units in rows]


def name_locations() -> dict[str, str]:
    """Every location's name by its code, the first location first."""
    rows = db.session.execute(sa.select(location.c.code, location.c.name).order_by(location.c.id))
    return {code: name for code, name in rows}


def add_location(code: str, name: str, *, actor: str, role: str) -> None:
    """Call inside transaction(). Raises Invalid for a code that is taken or misspelt."""
    if not CODE.fullmatch(code):
        raise Invalid(
            "A code has up to 20 small letters, digits and dashes",
            errors=[{"field": "code", "message": "Up to 20 small letters, digits and dashes"}],
        )
    check_name(name)
    db.session.add(Location(code=code, name=name))
    try:
        db.session.flush()
    except IntegrityError as error:
        taken = f"{code} is taken; choose another code"
        raise Invalid(taken, errors=[{"field": "code", "message": taken}]) from error
    audit.record("location_added", f"location:{code}", actor=actor, role=role, after={"code": code})


def rename_location(code: str, name: str, *, actor: str, role: str) -> None:
    """Call inside transaction(). Raises NotFound or Invalid."""
    check_name(name)
    found = db.session.scalar(sa.select(Location).where(Location.code == code))
    if found is None:
        raise NotFound(f"There is no location {code}")
    found.name = name
    audit.record("location_renamed", f"location:{code}", actor=actor, role=role)


def check_name(name: str) -> None:
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(
            f"A name has 1 to {LONGEST_NAME} characters",
            errors=[{"field": "name", "message": f"1 to {LONGEST_NAME} characters"}],
        )


def ensure_level(sku: str, code: str) -> int:
    """The id of the SKU's level at this location, made empty when it is missing. Raises UnknownSku or NotFound."""
    variant_id = db.session.scalar(sa.select(Variant.id).where(Variant.sku == sku))
    location_id = db.session.scalar(sa.select(Location.id).where(Location.code == code))
    if variant_id is None:
        raise UnknownSku(f"No product has the SKU {sku}", productId=sku)
    if location_id is None:
        raise NotFound(f"There is no location {code}")
    zeros = dict.fromkeys(("on_hand", "reserved", "unavailable", "backorder_limit", "version"), 0)
    row = insert_into(level).values(
        variant_id=variant_id, location_id=location_id, updated_at=now_ms(), **zeros
    )
    db.session.execute(row.on_conflict_do_nothing())
    return queries.get_level(sku, code).id


def transfer(sku: str, source: str, target: str, quantity: int, origin: Origin) -> None:
    """Move units from one location to another. Call inside transaction().

    Only what is neither reserved nor unavailable can leave. Raises InsufficientStock, UnknownSku, NotFound or Invalid.
    """
    if source == target:
        raise Invalid("Choose two different locations")
    if quantity < 1:
        raise Invalid("Move at least one unit")
    leaving = queries.get_level(sku, source).id
    arriving = ensure_level(sku, target)
    moves = {
        leaving: (Change("transfer_out", on_hand=-quantity), f"to {target}"),
        arriving: (Change("transfer_in", on_hand=quantity), f"from {source}"),
    }
    for level_id, (change, where) in sorted(moves.items()):
        apply(level_id, sku, change, replace(origin, reason=f"{origin.reason} ({where})"[:200]))
