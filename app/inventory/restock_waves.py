"""Who is told that a SKU is back, and when: those with an address first, the oldest first, in waves its stock can serve.

A SKU is back once it could be bought for a minute on end because units came in. Units that somebody only held are no
news: they were never gone. The movements tell which it was, so nothing has to be remembered between two looks.
"""

import heapq
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from app.catalogue.models import Product, Variant
from app.core import jobs
from app.core.database import db, now_ms, read_now, run_transaction, snapshot
from app.inventory.holds import hold
from app.inventory.models import StockLevel, StockMovement
from app.inventory.restock_mails import send_restock_mail
from app.inventory.restocks import CONFIRMED, WAITING, request

STEADY_MS = 60_000
BETWEEN_WAVES_MS = 30 * 60 * 1000
TOLD_FOR_EACH_UNIT = 3
ARRIVALS = ("opening", "receive", "return", "adjust", "count", "undamage")
# From one shelf to another: nothing that a shopper could notice.
MOVES = ("transfer_out", "transfer_in")
PAGE = 200
# Claimed together, so that no other writer waits long.
CHUNK = 50

level, movement = StockLevel.__table__, StockMovement.__table__
AVAILABLE = sa.func.sum(level.c.on_hand + level.c.backorder_limit - level.c.reserved - level.c.unavailable)
NEWEST_FIRST = (
    sa.select(
        movement.c.id,
        movement.c.version,
        movement.c.kind,
        movement.c.created_at,
        (movement.c.d_on_hand - movement.c.d_reserved - movement.c.d_unavailable).label("change"),
        hold.c.order_id,
    )
    .select_from(movement)
    .outerjoin(hold, sa.and_(movement.c.kind == "release", hold.c.id == sa.func.substr(movement.c.source, 6)))
    .where(movement.c.stock_level_id == sa.bindparam("level"))
    .where(movement.c.version < sa.bindparam("before", type_=sa.BigInteger))
    .order_by(movement.c.version.desc())
    .limit(PAGE)
)
NO_VERSION_YET = 2**62


def look() -> int:
    """Start or continue the waves that are due. Run by the clock. Returns how many were told."""
    return sum(tell(variant_id) for variant_id in find_candidates())


def find_candidates() -> list[int]:
    """Variants that somebody waits for and anybody could buy now."""
    wanted = sa.select(request.c.variant_id).where(WAITING, CONFIRMED)
    return list(
        db.session.scalars(
            sa.select(Variant.id)
            .join(Product, Product.id == Variant.product_id)
            .join(level, level.c.variant_id == Variant.id)
            .where(Variant.id.in_(wanted), Variant.retired_at.is_(None), Product.status == "active")
            .group_by(Variant.id)
            .having(AVAILABLE >= 1)
            .order_by(Variant.id)
        ).all()
    )


def tell(variant_id: int) -> int:
    with snapshot():
        back_at = find_return(variant_id)
    told = 0
    if back_at is not None:
        while claimed := run_transaction(lambda: claim(variant_id, back_at)):
            told += claimed
    return told


def find_return(variant_id: int) -> int | None:
    """Since when the SKU can be bought; None when that is too short ago, or nothing came in."""
    now = read_now()
    available = int(db.session.scalar(sa.select(AVAILABLE).where(level.c.variant_id == variant_id)) or 0)
    levels = db.session.scalars(sa.select(level.c.id).where(level.c.variant_id == variant_id)).all()
    if available < 1:
        return None
    newest_first = heapq.merge(*map(walk_back, levels), key=lambda row: -row.id)
    back_at = find_arrival(newest_first, available, now - BETWEEN_WAVES_MS)
    return back_at if back_at is not None and back_at <= now - STEADY_MS else None


def walk_back(level_id: int) -> Iterator[Any]:
    before = NO_VERSION_YET
    while rows := db.session.execute(NEWEST_FIRST, {"level": level_id, "before": before}).all():
        yield from rows
        before = rows[-1].version


def find_arrival(newest_first: Iterable[Any], available: int, horizon: int) -> int | None:
    """When the last movement happened that brought the SKU back, if what came in since then is the reason.

    Goes no further back than it must: what came back before the horizon is past all pauses.
    """
    left, has_arrived = available, False
    for row in newest_first:
        if row.kind in MOVES:
            continue
        has_arrived = has_arrived or is_arrival(row)
        left -= row.change
        if has_arrived and (left <= 0 or row.created_at <= horizon):
            return int(row.created_at)
        if left <= 0:
            return None
    return None


def is_arrival(row: Any) -> bool:
    """A cancelled order gives back what was sold; a hold that ends gives back what was only wished for."""
    is_cancelled_order = row.kind == "release" and row.order_id is not None
    return row.change > 0 and (row.kind in ARRIVALS or is_cancelled_order)


def claim(variant_id: int, back_at: int) -> int:
    """Mark whose turn it is and queue their mails. Call inside transaction(). Returns how many.

    Browsers come after addresses, which somebody had to confirm: a thousand cookies cost nothing, and displace nobody.
    The variant's lock makes a second clock count what the first has told. A process killed between two claims, or a
    delivery meanwhile, just leaves room for more.
    """
    db.session.execute(sa.select(Variant.id).where(Variant.id == variant_id).with_for_update(key_share=True))
    available = int(db.session.scalar(sa.select(AVAILABLE).where(level.c.variant_id == variant_id)) or 0)
    told = (
        sa.select(sa.func.count())
        .select_from(request)
        .where(
            request.c.variant_id == variant_id,
            request.c.notified_at >= back_at,
            request.c.notified_at > now_ms() - BETWEEN_WAVES_MS,
        )
    )
    room = TOLD_FOR_EACH_UNIT * available - (db.session.scalar(told) or 0)
    oldest = (
        sa.select(request.c.id)
        .where(request.c.variant_id == variant_id, WAITING, CONFIRMED)
        .order_by(request.c.subject.is_not(None), request.c.id)
        .limit(max(0, min(room, CHUNK)))
    )
    turn = sa.update(request).where(request.c.id.in_(oldest), WAITING).values(notified_at=now_ms())
    claimed = sorted(db.session.scalars(turn.returning(request.c.id)).all())
    for request_id in claimed:
        jobs.run_later(send_restock_mail, request_id)
    return len(claimed)
