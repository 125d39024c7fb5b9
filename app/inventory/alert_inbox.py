"""The inbox's pages: alerts as staff read them, with names and with what is left now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.core.database import db, now_ms
from app.inventory.alert_queries import ALL_FIGURES, OPEN, WAITING, alert, default_threshold, product, variant
from app.security.models import User

PAGE = 50
KEPT_IN_VIEW_MS = 30 * 24 * 3600 * 1000

user = User.__table__
SHOWN = {
    "open": WAITING,
    "acknowledged": sa.and_(OPEN, alert.c.acknowledged_at.is_not(None)),
    "resolved": alert.c.resolved_at > now_ms() - KEPT_IN_VIEW_MS,
}
# What has run out before what is running out; in each, the newest first.
ORDER = (alert.c.kind.desc(), alert.c.opened_at.desc(), alert.c.id.desc())
ORDERS = {"open": ORDER, "acknowledged": ORDER, "resolved": (alert.c.resolved_at.desc(), alert.c.id.desc())}

ROWS = (
    sa.select(
        alert,
        variant.c.sku,
        variant.c.glaze,
        variant.c.size,
        product.c.name.label("product"),
        user.c.name.label("person"),
    )
    .join(variant, variant.c.id == alert.c.variant_id)
    .join(product, product.c.id == variant.c.product_id)
    .outerjoin(user, sa.literal("user:") + user.c.public_id == alert.c.acknowledged_by)
)


@dataclass(frozen=True)
class AlertRow:
    """One line. `left` and `threshold` are as they are now."""

    id: int
    kind: str
    sku: str
    product: str
    options: str
    left: int
    threshold: int
    opened_at: datetime
    left_at_open: int
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    resolved_at: datetime | None


@dataclass(frozen=True)
class AlertPage:
    """`counts` is how many there are under each heading."""

    show: str
    rows: list[AlertRow]
    counts: dict[str, int]
    number: int
    pages: int


def get_page(show: str, number: int) -> AlertPage:
    """A page behind the last one is the last one: rows leave the list while it is read."""
    counts = count_alerts()
    pages = max(1, -(-counts[show] // PAGE))
    number = min(max(number, 1), pages)
    rows = find_alerts(SHOWN[show], ORDERS[show], limit=PAGE, offset=(number - 1) * PAGE)
    return AlertPage(show, rows, counts, number, pages)


def count_alerts() -> dict[str, int]:
    counts = [sa.func.count(sa.case((condition, 1))).label(name) for name, condition in SHOWN.items()]
    row = db.session.execute(sa.select(*counts).select_from(alert)).one()
    return {name: int(count) for name, count in row._mapping.items()}


def find_alerts(
    condition: sa.ColumnElement[bool],
    order: Sequence[sa.ColumnElement[Any]] = ORDER,
    *,
    limit: int = PAGE,
    offset: int = 0,
) -> list[AlertRow]:
    found = db.session.execute(ROWS.where(condition).order_by(*order).limit(limit).offset(offset)).all()
    ids = [row.variant_id for row in found]
    figures = db.session.execute(ALL_FIGURES.where(variant.c.id.in_(ids)), {"low": default_threshold()})
    now = {row.variant_id: (int(row.left), int(row.threshold)) for row in figures}
    return [make_row(row, *now[row.variant_id]) for row in found]


def make_row(row: Any, left: int, threshold: int) -> AlertRow:
    return AlertRow(
        id=row.id,
        kind=row.kind,
        sku=row.sku,
        product=row.product,
        options=", ".join(part for part in (row.glaze, row.size) if part),
        left=left,
        threshold=threshold,
        opened_at=clock.from_ms(row.opened_at),
        left_at_open=row.available_at_open,
        acknowledged_by=row.person or row.acknowledged_by,
        acknowledged_at=clock.from_ms(row.acknowledged_at) if row.acknowledged_at else None,
        resolved_at=clock.from_ms(row.resolved_at) if row.resolved_at else None,
    )
