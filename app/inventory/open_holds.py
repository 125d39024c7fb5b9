"""Who holds what and until when, as staff read it; and ending a hold by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.catalogue.models import Product, Variant
from app.core.database import db, now_ms
from app.inventory import reservations
from app.inventory.errors import NoReservation
from app.inventory.holds import HELD, Hold, close_hold, hold, line, lines_of
from app.inventory.ledger import Change, Origin, apply
from app.inventory.models import Location, StockLevel
from app.security import audit
from app.security.models import User

PAGE = 50
SHOWN_ON_SKU = 100
KINDS = {"visitor": "Visitor", "ext": "Program", "order": "Order", "user": "Account"}

peer = hold.alias()


class HeldLine(NamedTuple):
    sku: str
    product: str
    location: str
    units: int
    code: str


@dataclass(frozen=True)
class OpenHold:
    """`ms_left` is by the database's clock: below zero the time is over and the sweep will come. `peers` counts the open
    holds from the same connection, this one included; 0 when a program holds."""

    id: str
    owner: str
    owner_name: str
    status: str
    order_id: str | None
    created_at: int
    expires_at: int | None
    ms_left: int | None
    peers: int
    lines: tuple[HeldLine, ...] = ()

    @property
    def units(self) -> int:
        return sum(held.units for held in self.lines)


HOLDS = sa.select(
    hold.c.id, hold.c.owner, hold.c.status, hold.c.order_id, hold.c.created_at, hold.c.expires_at,
    (hold.c.expires_at - now_ms()).label("ms_left"),
    sa.select(sa.func.count()).select_from(peer)
    .where(peer.c.client == hold.c.client, peer.c.client != "", peer.c.status == "held")
    .scalar_subquery().label("peers"),
)  # fmt: skip


@dataclass(frozen=True)
class HoldPage:
    holds: list[OpenHold]
    total: int
    next: str | None


def list_holds(*, status: str = "held", owner: str = "", sku: str = "", after: str = "") -> HoldPage:
    """Those that end first come first. `after` is the `next` of the page before."""
    wanted = [hold.c.status == status]
    if owner:
        named = sa.select(sa.literal("user:") + User.public_id).where(
            User.name.icontains(owner, autoescape=True)
        )
        wanted.append(sa.or_(hold.c.owner.icontains(owner, autoescape=True), hold.c.owner.in_(named)))
    if sku:
        wanted.append(hold.c.id.in_(holding(Variant.sku.icontains(sku, autoescape=True))))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(hold).where(*wanted)) or 0
    ends = hold.c.expires_at if status == "held" else hold.c.created_at
    moment, _, last = after.partition("-")
    if moment.isdecimal() and len(moment) < 18:
        wanted.append(sa.tuple_(ends, hold.c.id) > (int(moment), last))
    rows = db.session.execute(HOLDS.where(*wanted).order_by(ends, hold.c.id).limit(PAGE + 1)).all()
    page = with_lines(rows[:PAGE])
    more = len(rows) > PAGE
    end = (page[-1].expires_at if status == "held" else page[-1].created_at) if page else None
    return HoldPage(page, total, f"{end}-{page[-1].id}" if more else None)


def list_holds_of(sku: str) -> list[OpenHold]:
    """The newest held and confirmed ones on this SKU, each with its lines of this SKU only."""
    of_sku = holding(Variant.sku == sku)
    open_ones = [HOLDS.where(hold.c.status == status, hold.c.id.in_(of_sku)) for status in reservations.OPEN]
    rows = [
        row
        for statement in open_ones
        for row in db.session.execute(statement.order_by(hold.c.created_at.desc()).limit(SHOWN_ON_SKU))
    ]
    return with_lines(rows, Variant.sku == sku)


def get_hold(reservation_id: str) -> OpenHold:
    """Also one that has ended. Raises NoReservation."""
    row = db.session.execute(HOLDS.where(hold.c.id == reservation_id)).one_or_none()
    if row is None:
        raise NoReservation()
    return with_lines([row])[0]


def find_holds(ids: Sequence[str]) -> list[OpenHold]:
    """Those of these that are open still."""
    open_ones = HOLDS.where(hold.c.id.in_(ids[:PAGE]), hold.c.status.in_(reservations.OPEN))
    return with_lines(db.session.execute(open_ones.order_by(hold.c.created_at)).all())


def holding(which: sa.ColumnElement[bool]) -> Any:
    return (
        sa.select(line.c.reservation_id)
        .join(StockLevel, StockLevel.id == line.c.stock_level_id)
        .join(Variant, Variant.id == StockLevel.variant_id)
        .join(hold, hold.c.id == line.c.reservation_id)
        .where(which, hold.c.status.in_(reservations.OPEN))
    )


def with_lines(rows: Sequence[Any], *which: sa.ColumnElement[bool]) -> list[OpenHold]:
    lines: dict[str, list[HeldLine]] = {row.id: [] for row in rows}
    found = db.session.execute(
        sa.select(
            line.c.reservation_id, Variant.sku, Product.name, Location.name, line.c.quantity, Location.code
        )
        .join(StockLevel, StockLevel.id == line.c.stock_level_id)
        .join(Location, Location.id == StockLevel.location_id)
        .join(Variant, Variant.id == StockLevel.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(line.c.reservation_id.in_(lines), *which)
        .order_by(Variant.sku, Location.id)
    )
    for reservation_id, *held in found:
        lines[reservation_id].append(HeldLine(*held))
    names = name_owners(row.owner for row in rows)
    return [OpenHold(**row._mapping, owner_name=names[row.owner], lines=tuple(lines[row.id])) for row in rows]


def name_owners(owners: Iterable[str]) -> dict[str, str]:
    """What staff call the owners of holds: the account's name, else what kind of owner it is and its short id."""
    all_owners = set(owners)
    ids = [owner.removeprefix("user:") for owner in all_owners if owner.startswith("user:")]
    accounts = dict(
        db.session.execute(sa.select(User.public_id, User.name).where(User.public_id.in_(ids))).all()
    )
    names = {}
    for owner in all_owners:
        kind, _, rest = owner.partition(":")
        known = accounts.get(rest) if kind == "user" else None
        names[owner] = known or (f"{KINDS[kind]} {rest}" if kind in KINDS else owner)
    return names


def release_all(ids: Iterable[str], origin: Origin, *, role: str) -> list[Hold]:
    """Give back what these hold, whoever's they are. Call inside transaction().

    Every hold is locked before any level. One that has ended or was paid for is left out of the answer.
    """
    closed = [ended for id in sorted(ids) if (ended := close_hold(id, HELD, status="released"))]
    steps = [
        (level_id, units, ended.id) for ended in closed for level_id, units in lines_of(ended.id).items()
    ]
    skus = name_levels(step[0] for step in steps)
    for level_id, units, reservation_id in sorted(steps):
        source = replace(origin, source=f"hold:{reservation_id}")
        apply(level_id, skus[level_id], Change("release", reserved=-units), source)
    for ended in closed:
        note_release(ended, origin, role)
    return closed


def name_levels(ids: Iterable[int]) -> dict[int, str]:
    rows = db.session.execute(
        sa.select(StockLevel.id, Variant.sku)
        .join(Variant, Variant.id == StockLevel.variant_id)
        .where(StockLevel.id.in_(set(ids)))
    )
    return {level_id: sku for level_id, sku in rows}


def note_release(released: Hold, origin: Origin, role: str) -> None:
    audit.record(
        "hold_released",
        f"hold:{released.id}",
        actor=origin.actor,
        role=role,
        before={"owner": released.owner},
    )
