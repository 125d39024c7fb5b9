"""Taking back what was done: a movement is never changed, so each gets its opposite."""

from dataclasses import replace

import sqlalchemy as sa

from app.catalogue.models import Variant
from app.core.database import db
from app.core.errors import NotFound
from app.inventory.errors import AlreadyUndone, PartOfImport
from app.inventory.ledger import Change, Origin, apply
from app.inventory.models import StockLevel, StockMovement

OPPOSITE = {"damage": "undamage", "undamage": "damage"}
LONGEST_REASON = 200


def list_of_source(source: str) -> list[tuple[str, StockMovement]]:
    """What was done under this name, with the SKU, in the order of SKUs."""
    rows = db.session.execute(
        sa.select(Variant.sku, StockMovement)
        .join(StockLevel, StockLevel.id == StockMovement.stock_level_id)
        .join(Variant, Variant.id == StockLevel.variant_id)
        .where(StockMovement.source == source)
        .order_by(Variant.sku, StockMovement.id)
    ).all()
    return [(sku, movement) for sku, movement in rows]


def is_undone(source: str) -> bool:
    found = sa.select(StockMovement.id).where(StockMovement.source == undo_source(source)).limit(1)
    return db.session.scalar(found) is not None


def undo(source: str, origin: Origin) -> list[str]:
    """Reverse all that was done under this name, or nothing. Returns the SKUs; call inside transaction().

    Raises NotFound, PartOfImport, AlreadyUndone, or InsufficientStock when what came in has left again.
    """
    refuse_import(source)
    done = list_of_source(source)
    if not done:
        raise NotFound("There is nothing to undo")
    mine = replace(origin, source=undo_source(source))
    for sku, movement in sorted(done, key=lambda each: (each[1].stock_level_id, -each[1].version)):
        reason = f"Undo: {movement.reason}"[:LONGEST_REASON]
        apply(movement.stock_level_id, sku, opposite_of(movement), replace(mine, reason=reason))
    require_first(mine.source, len(done))
    return [sku for sku, _ in done]


def refuse_import(source: str) -> None:
    """An import goes back part by part, and says which of its rows no longer can. Raises PartOfImport."""
    if source.startswith("import:"):
        raise PartOfImport("it came with an import. Open the import and undo it there")


def opposite_of(movement: StockMovement) -> Change:
    return Change(
        OPPOSITE.get(movement.kind, "adjust"),
        on_hand=-movement.d_on_hand,
        reserved=-movement.d_reserved,
        unavailable=-movement.d_unavailable,
    )


def require_first(source: str, written: int) -> None:
    """Asked after writing: by then the rows of any rival are locked or here to be counted."""
    rows = sa.select(sa.func.count()).select_from(StockMovement).where(StockMovement.source == source)
    if db.session.scalar(rows) != written:
        raise AlreadyUndone()


def undo_source(source: str) -> str:
    return f"undo:{source}"
