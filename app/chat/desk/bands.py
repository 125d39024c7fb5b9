"""How urgent a waiting shopper is, by what stands between them and their purchase."""

from functools import partial

import sqlalchemy as sa

from app.chat.models import Room
from app.core.database import db, now_ms, run_transaction
from app.inventory.models import Reservation
from app.orders.models import CartLine, Order, Payment

PAYING, CHECKOUT, SHOPPING, ASKING = 3, 2, 1, 0
HIGHEST = PAYING
ENDS_SOON_MS = 5 * 60_000

unpaid = sa.and_(Order.owner == Room.owner, Order.status.in_(("checkout", "payment_pending")))
payment_fails = sa.exists().where(unpaid, Payment.order_id == Order.id, Payment.status == "declined")
units_expire = sa.exists().where(
    sa.or_(Reservation.owner == Room.owner, Reservation.promised_to == Room.owner),
    Reservation.status == "held",
    Reservation.expires_at < now_ms() + ENDS_SOON_MS,
)
in_checkout = sa.exists().where(unpaid)
has_cart = sa.exists().where(CartLine.owner == Room.owner, CartLine.is_saved.is_(False))

BAND = sa.case(
    (sa.or_(payment_fails, units_expire), PAYING), (in_checkout, CHECKOUT), (has_cart, SHOPPING), else_=ASKING
)


def band_of(room: Room) -> int:
    return db.session.execute(sa.select(BAND).where(Room.id == room.id)).scalar_one()


def refresh_bands(limit: int) -> int:
    """What has changed for those who wait, the longest wait first; by the clock. Returns how many moved.

    Not a move of their state: whoever assigns a room in this moment must not lose it for that.
    """
    waiting = sa.select(Room.id).where(Room.status == "queued", Room.band != BAND)
    stale = db.session.scalars(waiting.order_by(Room.queued_at, Room.id).limit(limit)).all()
    for room_id in stale:
        run_transaction(partial(refresh_band, room_id))
    return len(stale)


def refresh_band(room_id: int) -> None:
    band = sa.select(BAND).where(Room.id == room_id).scalar_subquery()
    db.session.execute(
        sa.update(Room)
        .where(Room.id == room_id, Room.status == "queued")
        .values(band=band)
        .execution_options(synchronize_session=False)
    )
