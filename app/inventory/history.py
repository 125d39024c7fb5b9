"""Why is it 47? The movements of a SKU as sentences that staff can read, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.catalogue.models import Variant
from app.core.database import db
from app.inventory.models import Location, StockCheckpoint, StockLevel, StockMovement
from app.security.models import User

PAGE = 50
FIGURES = ("on_hand", "reserved", "unavailable")
WORDS = {
    "opening": "Opening stock",
    "receive": "Received",
    "sale": "Sold",
    "return": "Returned",
    "adjust": "Adjusted",
    "count": "Counted",
    "damage": "Set aside as damaged",
    "undamage": "Put back, not damaged",
    "transfer_out": "Sent to another location",
    "transfer_in": "Came from another location",
    "reserve": "Held",
    "release": "Hold released",
    "expire": "Hold expired",
}
GROUPS = {
    "receipts": ("opening", "receive", "return"),
    "sales": ("sale",),
    "holds": ("reserve", "release", "expire"),
    "corrections": ("adjust", "count", "damage", "undamage", "transfer_out", "transfer_in"),
}
WHO = {
    "clock": "the clock",
    "cli": "the command line",
    "demo": "the demo's command line",
    "guest": "a visitor",
    "seed": "the demo's opening",
}

movement, level, location = (table.__table__ for table in (StockMovement, StockLevel, Location))
checkpoint = StockCheckpoint.__table__


@dataclass(frozen=True)
class FigureStep:
    """`figure` is "on_hand", "reserved" or "unavailable"."""

    figure: str
    before: int
    after: int

    @property
    def words(self) -> str:
        return self.figure.replace("_", " ")


@dataclass(frozen=True)
class TimelineEntry:
    """One movement. "Sold: on hand 48 -> 47, by Tomas Hale, Order A-17, at Studio shelf".

    `steps` has what changed, the figure that matters most first; a sale from a hold changes on hand and reserved. `what`
    is the kind in words, `who` a readable name. `why` may be empty. `label` is what the caller said of itself, not to be
    believed. `source` is the movement's. `at` is epoch milliseconds.
    """

    id: int
    version: int
    kind: str
    what: str
    steps: tuple[FigureStep, ...]
    why: str
    who: str
    label: str
    source: str
    location: str
    at: int

    @property
    def main(self) -> FigureStep:
        return self.steps[0]


@dataclass(frozen=True)
class TimelineEnd:
    """Where a location's kept history begins: older movements were rolled up, and at `at` the figures were these."""

    location: str
    at: int
    on_hand: int
    reserved: int
    unavailable: int


@dataclass(frozen=True)
class Timeline:
    """A page of entries. `next` is the `before` of the next, older page; on the last one it is None and `ends` says where
    older history went, for each location that has lost some."""

    entries: tuple[TimelineEntry, ...]
    next: int | None
    ends: tuple[TimelineEnd, ...] = ()


LEVELS = (
    sa.select(level.c.id, location.c.name)
    .join_from(level, location, location.c.id == level.c.location_id)
    .join(Variant, Variant.id == level.c.variant_id)
    .where(Variant.sku == sa.bindparam("sku"))
    .order_by(level.c.id)
)
NEWEST = (
    sa.select(movement)
    .where(movement.c.stock_level_id == sa.bindparam("level"))
    .order_by(movement.c.version.desc())
    .limit(sa.bindparam("limit"))
)
OLDER = NEWEST.where(movement.c.id < sa.bindparam("before"))
EARLIER_VERSIONS = NEWEST.where(movement.c.version < sa.bindparam("before"))
CURSOR = sa.select(movement.c.stock_level_id, movement.c.version).where(movement.c.id == sa.bindparam("id"))
CHECKPOINTS = (
    sa.select(checkpoint)
    .where(checkpoint.c.stock_level_id.in_(sa.bindparam("levels", expanding=True)))
    .order_by(checkpoint.c.stock_level_id, checkpoint.c.version)
)


def list_timeline(sku: str, before: int | None = None, limit: int = PAGE, group: str = "") -> Timeline:
    """The SKU at all locations, newest first; `before` is the `next` of the page above, `group` one of GROUPS.

    Empty for an unknown SKU.
    """
    kinds = GROUPS.get(group, ())
    names: dict[int, str] = {row.id: row.name for row in db.session.execute(LEVELS, {"sku": sku})}
    found = [row for level_id in names for row in read_level(level_id, before, limit + 1, kinds)]
    found.sort(key=lambda row: row.id, reverse=True)
    page = found[:limit]
    people = name_people({row.actor for row in page})
    entries = tuple(make_entry(row, names[row.stock_level_id], people) for row in page)
    if len(found) > limit:
        return Timeline(entries, page[-1].id)
    return Timeline(entries, None, list_ends(names))


def read_level(level_id: int, before: int | None, limit: int, kinds: tuple[str, ...]) -> Iterable[Any]:
    """By version, which the index has; it rises with the id. Only the level of the cursor can start right there."""
    values: dict[str, Any] = {"level": level_id, "limit": limit, "before": before}
    statement = NEWEST
    if before is not None:
        cursor = db.session.execute(CURSOR, {"id": before}).one_or_none()
        is_here = cursor is not None and cursor.stock_level_id == level_id
        statement = EARLIER_VERSIONS if is_here else OLDER
        values["before"] = cursor.version if cursor and is_here else before
    if kinds:
        statement = statement.where(movement.c.kind.in_(kinds))
    return db.session.execute(statement, values)


def make_entry(row: Any, place: str, people: dict[str, str]) -> TimelineEntry:
    return TimelineEntry(
        id=row.id,
        version=row.version,
        kind=row.kind,
        what=WORDS[row.kind],
        steps=steps_of(row),
        why=row.reason,
        who=people[row.actor],
        label=row.label,
        source=row.source,
        location=place,
        at=row.created_at,
    )


def steps_of(row: Any) -> tuple[FigureStep, ...]:
    steps = []
    for figure in FIGURES:
        change, after = getattr(row, f"d_{figure}"), getattr(row, f"{figure}_after")
        if change:
            steps.append(FigureStep(figure, after - change, after))
    return tuple(steps)


def name_people(actors: set[str]) -> dict[str, str]:
    """A readable name for each actor as the ledger has it."""
    ids = [actor.removeprefix("user:") for actor in actors if actor.startswith("user:")]
    users = sa.select(User.public_id, User.name).where(User.public_id.in_(ids))
    names: dict[str, str] = dict(db.session.execute(users).all()) if ids else {}
    return {actor: name_actor(actor, names) for actor in actors}


def name_actor(actor: str, users: dict[str, str]) -> str:
    kind, _, key = actor.partition(":")
    match kind:
        case "user" if key:
            return users.get(key, "a former user")
        case "token" if key:
            return f"program {key}"
        case "visitor":
            return "a visitor"
    return WHO.get(actor, actor)


def list_ends(names: dict[int, str]) -> tuple[TimelineEnd, ...]:
    newest = {row.stock_level_id: row for row in db.session.execute(CHECKPOINTS, {"levels": list(names)})}
    return tuple(
        TimelineEnd(names[key], row.at, row.on_hand, row.reserved, row.unavailable)
        for key, row in newest.items()
    )
