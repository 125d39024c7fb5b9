"""Who holds what and until when, as staff read it; and ending a hold by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.catalogue.models import Product, Variant
from app.core.database import db, now_ms
from app.inventory import reservations
from app.inventory.errors import NoReservation
from app.inventory.holds import HELD, Hold, close_hold, hold, line
from app.inventory.ledger import Change, Origin, apply
from app.inventory.models import Location, StockLevel
from app.security import audit
from app.security.models import User

PAGE = 50
PAGE_OF_SKU = 25
KINDS = {"visitor": "Visitor", "ext": "Program", "order": "Order", "user": "Account", "chat": "Kept in chat"}

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


@dataclass(frozen=True)
class HoldsOfSku:
    """One page of them."""

    holds: list[OpenHold]
    total: int
    page: int
    pages: int


def read_holds_of(sku: str, page: int = 1) -> HoldsOfSku:
    """A page past the last one is the last one: holds come and go."""
    ids = list_ids_of(sku)
    pages = max(1, -(-len(ids) // PAGE_OF_SKU))
    page = min(page, pages)
    shown = ids[(page - 1) * PAGE_OF_SKU : page * PAGE_OF_SKU]
    return HoldsOfSku(list_in_order(shown, sku), len(ids), page, pages)


def list_holds_of(sku: str) -> list[OpenHold]:
    """All that are open on this SKU, each with its lines of this SKU only: the held ones first, the newest first."""
    return list_in_order(list_ids_of(sku), sku)


def list_ids_of(sku: str) -> list[str]:
    """Asked for by one status and the other, so that either question has its index."""
    of_sku = holding(Variant.sku == sku)
    newest = sa.select(hold.c.id).where(hold.c.id.in_(of_sku)).order_by(hold.c.created_at.desc(), hold.c.id)
    return [
        id for status in reservations.OPEN for id in db.session.scalars(newest.where(hold.c.status == status))
    ]


def list_in_order(ids: Sequence[str], sku: str) -> list[OpenHold]:
    """One that ended since its id was read is gone."""
    wanted = HOLDS.where(hold.c.id.in_(ids), hold.c.status.in_(reservations.OPEN))
    rows = {row.id: row for row in db.session.execute(wanted)}
    return with_lines([rows[id] for id in ids if id in rows], Variant.sku == sku)


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
    parts = [(taken, ended.id) for ended in closed for taken in ended.lines]
    for taken, reservation_id in sorted(parts, key=lambda part: part[0].level_id):
        source = replace(origin, source=f"hold:{reservation_id}")
        apply(taken.level_id, taken.sku, Change("release", reserved=-taken.quantity), source)
    for ended in closed:
        note_release(ended, origin, role)
    return closed


def note_release(released: Hold, origin: Origin, role: str) -> None:
    audit.record(
        "hold_released",
        f"hold:{released.id}",
        actor=origin.actor,
        role=role,
        before={"owner": released.owner},
    )
