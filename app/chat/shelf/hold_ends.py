"""The end of what an agent keeps, however it comes: the thread follows the stock, once."""

import sqlalchemy as sa

from app.chat import log, queries
from app.chat.models import ChatHold, Room
from app.core import outbox
from app.core.database import db, now_ms, run_transaction
from app.inventory import reservations
from app.inventory.errors import ReservationGone
from app.inventory.ledger import Origin
from app.inventory.models import Reservation


def give_back(room: Room, kept: ChatHold, by: Origin) -> bool:
    """False when it has ended already, by whomever."""
    if kept.state != "held" or kept.reservation_id is None:
        return False
    try:
        reservations.release(kept.reservation_id, by)
    except ReservationGone:
        return False  # the event of its end is under way
    return end(room, kept, "released")


def end(room: Room, kept: ChatHold, state: str) -> bool:
    """With the room's row locked; once, whoever comes first."""
    ended = db.session.execute(
        sa.update(ChatHold)
        .where(ChatHold.id == kept.id, ChatHold.state == "held")
        .values(state=state, ended_at=now_ms())
        .execution_options(synchronize_session=False)
    )
    if ended.rowcount != 1:  # type: ignore[attr-defined]
        return False
    log.append(room, "p", "change", message_id=kept.message_id, hold=kept.public_id, state=state)
    return True


def promise_ended(event: outbox.Announcement) -> None:
    """The reservation is over: by its time, by a checkout or a sale, or by the hand of staff. The thread says so."""
    run_transaction(lambda: follow(event.key))


def follow(reservation_id: str) -> None:
    ended = db.session.get_one(Reservation, reservation_id, populate_existing=True)
    kept = db.session.scalar(sa.select(ChatHold).where(ChatHold.reservation_id == reservation_id))
    if kept is None:
        return  # promised by somebody else
    room = queries.get_room(kept.room_id)
    queries.lock_room(room)
    is_free = ended.status in ("released", "expired") and ended.passed_to is None
    end(room, kept, ended.status if is_free else "taken")


def room_ended(event: outbox.Announcement) -> None:
    """Nothing is kept in a conversation that is over."""
    run_transaction(lambda: release_all(event.key))


def release_all(room_id: str) -> None:
    room = queries.find_room(room_id)
    if room is None:
        return
    queries.lock_room(room)
    held = sa.select(ChatHold).where(ChatHold.room_id == room.id, ChatHold.state == "held")
    if room.is_live:
        return  # opened again meanwhile
    for kept in db.session.scalars(held.order_by(ChatHold.reservation_id)).all():
        give_back(room, kept, Origin("chat", "The conversation ended"))
