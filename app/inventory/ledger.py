"""The single writer of stock: one guarded UPDATE, its movement and its event, in the caller's transaction."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypedDict, Unpack

import sqlalchemy as sa

from app.core import outbox
from app.core.database import db, now_ms
from app.core.outbox import Announcement
from app.inventory.errors import InsufficientStock, StaleVersion
from app.inventory.models import StockLevel, StockMovement

STOCK_CHANGED = "stock_changed"

Values = dict[str, Any]

level, movement = StockLevel.__table__, StockMovement.__table__
FIGURES = (level.c.on_hand, level.c.reserved, level.c.unavailable, level.c.version)
SAID = (
    "kind",
    "d_on_hand",
    "d_reserved",
    "d_unavailable",
    "reason",
    "actor",
    "label",
    "request_id",
    "source",
)
INSERT_MOVEMENT = sa.insert(movement).values(created_at=now_ms())


def guarded_update() -> sa.Update:
    """Built once, here, so that every change of stock is this one statement."""
    on_hand = level.c.on_hand + sa.bindparam("d_on_hand", type_=sa.Integer)
    reserved = level.c.reserved + sa.bindparam("d_reserved", type_=sa.Integer)
    unavailable = level.c.unavailable + sa.bindparam("d_unavailable", type_=sa.Integer)
    expect = sa.bindparam("expect", type_=sa.BigInteger)
    arrived = sa.bindparam("arrived", type_=sa.Boolean)
    values = {
        "on_hand": on_hand,
        "reserved": reserved,
        "unavailable": unavailable,
        "expected_on": sa.case((arrived, None), else_=level.c.expected_on),
    }
    return (
        sa.update(level)
        .where(level.c.id == sa.bindparam("level"), on_hand >= 0, reserved >= 0, unavailable >= 0)
        .where(reserved + unavailable <= on_hand + level.c.backorder_limit)
        .where(sa.or_(expect.is_(None), level.c.version == expect))
        .values(**values, version=level.c.version + 1, updated_at=now_ms())
        .returning(level.c.id, *FIGURES)
    )


def all_at_once() -> sa.Select[Any]:
    """The UPDATE with its movement and its event, which PostgreSQL takes as one statement.

    Sent one after the other, a level that everybody wants would stay locked for two more round trips.
    """
    changed = GUARDED_UPDATE.cte("changed")
    after = {f"{name}_after": changed.c[name] for name in ("on_hand", "reserved", "unavailable")}
    said = {name: sa.bindparam(name, type_=movement.c[name].type) for name in SAID}
    values: dict[str, sa.ColumnElement[Any]] = {"stock_level_id": changed.c.id, "version": changed.c.version}
    values |= {**after, **said, "created_at": now_ms()}
    moved = sa.insert(movement).from_select(list(values), sa.select(*values.values())).cte("moved")
    told = outbox.insert_from(STOCK_CHANGED, sa.bindparam("sku"), changed.c.version).cte("told")
    figures = (changed.c[column.name] for column in FIGURES)
    found = sa.select(*figures, told.c.id).join_from(changed, told, told.c.version == changed.c.version)
    return found.add_cte(moved)


GUARDED_UPDATE = guarded_update()
ALL_AT_ONCE = all_at_once()


@dataclass(frozen=True)
class Change:
    """Units to add to each figure; negative takes away. `kind` is one of models.KINDS."""

    kind: str
    on_hand: int = 0
    reserved: int = 0
    unavailable: int = 0


@dataclass(frozen=True)
class Origin:
    """Who did it and why. `label` is what the caller said of itself (X-User-ID): recorded, never believed.

    `source` names what the movement belongs to, such as `hold:ab12`.
    """

    actor: str
    reason: str
    label: str = ""
    request_id: str = ""
    source: str = ""


class Settings(TypedDict, total=False):
    """What staff decide about a level, beside its figures. None follows the category, or promises no date.

    `backorder_limit` is how many may be sold before they are here.
    """

    low_threshold: int | None
    expected_on: date | None
    backorder_limit: int


@dataclass(frozen=True)
class Figures:
    on_hand: int
    reserved: int
    unavailable: int
    version: int


def apply(level_id: int, sku: str, change: Change, origin: Origin, *, expect: int | None = None) -> Figures:
    """Change one level or raise InsufficientStock; with `expect`, only at that version, or raise StaleVersion.

    Call inside transaction(), levels in ascending id. The guard is in the UPDATE itself, so two callers cannot both
    pass it: PostgreSQL re-checks the condition on the row it waited for, SQLite has one writer.
    """
    deltas = {"d_on_hand": change.on_hand, "d_reserved": change.reserved, "d_unavailable": change.unavailable}
    arrived = change.kind == "receive"  # the delivery that the badge announced is here
    changing = {"level": level_id, "expect": expect, "arrived": arrived, **deltas}
    write = write_in_turn if db.engine.dialect.name == "sqlite" else write_at_once
    figures = write(sku, changing, {"kind": change.kind, **deltas, **asdict(origin)})
    if figures is None:
        raise refusal(level_id, sku, change, expect)
    return figures


def write_at_once(sku: str, changing: Values, said: Values) -> Figures | None:
    row = db.session.execute(ALL_AT_ONCE, {**changing, **said, "sku": sku}).one_or_none()
    if row is None:
        return None
    *figures, event_id = row
    outbox.deliver_after_commit(Announcement(event_id, STOCK_CHANGED, sku, row.version))
    return Figures(*figures)


def write_in_turn(sku: str, changing: Values, said: Values) -> Figures | None:
    row = db.session.execute(GUARDED_UPDATE, changing).one_or_none()
    if row is None:
        return None
    level_id, *after = row
    figures = Figures(*after)
    values = {
        "stock_level_id": level_id,
        "version": figures.version,
        "on_hand_after": figures.on_hand,
        "reserved_after": figures.reserved,
        "unavailable_after": figures.unavailable,
        **said,
    }
    db.session.execute(INSERT_MOVEMENT, values)
    outbox.announce(STOCK_CHANGED, sku, figures.version)
    return figures


def change_settings(level_id: int, sku: str, **values: Unpack[Settings]) -> None:
    """Set what is named here; without a name, say that something it follows has changed. Call inside transaction().

    No movement, since no unit moved; but the badge may change, so everybody is told as of a change of stock. Raises
    InsufficientStock when more is promised already than a new backorder limit allows.
    """
    limit = values.get("backorder_limit", level.c.backorder_limit)
    change = (
        sa.update(level)
        .where(level.c.id == level_id, level.c.reserved + level.c.unavailable <= level.c.on_hand + limit)
        .values(**values, settings_version=level.c.settings_version + 1, updated_at=now_ms())
    )
    version = level.c.version + level.c.settings_version
    changed = db.session.execute(change.returning(version)).scalar()
    if changed is None:
        raise InsufficientStock(f"More of {sku} is promised already than this limit allows", productId=sku)
    outbox.announce(STOCK_CHANGED, sku, changed)


def refusal(level_id: int, sku: str, change: Change, expect: int | None) -> Exception:
    row = db.session.execute(
        sa.select(
            StockLevel.version,
            StockLevel.on_hand,
            StockLevel.reserved,
            StockLevel.unavailable,
            StockLevel.backorder_limit,
        ).where(StockLevel.id == level_id)
    ).one()
    if expect is not None and row.version != expect:
        return StaleVersion(
            f"{sku} is at version {row.version}, not {expect}",
            productId=sku,
            version=row.version,
            onHand=row.on_hand,
        )
    available = row.on_hand + row.backorder_limit - row.reserved - row.unavailable
    return InsufficientStock(
        f"{sku} has {available} available", productId=sku, available=max(available, 0), onHand=row.on_hand
    )
