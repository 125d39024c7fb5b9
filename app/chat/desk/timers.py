"""What happens to conversations by the clock: looked up anew each time, so that a restart forgets nothing.

Each room is changed in a transaction of its own, which looks again whether it is still due; what a tick does not reach, the
next one does.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from app.chat import lines, queries, states
from app.chat.access import EXTERNAL
from app.chat.desk import assignment, attendance, bands, endings, queueing, slots, store_events
from app.chat.desk import news as desk_news
from app.chat.desk.turns import REOPENS_FOR_MS
from app.chat.models import Agent, Message, Room
from app.chat.models.room import DESK_KINDS
from app.core import outbox
from app.core.database import db, now_ms, read_now, run_transaction
from app.realtime import presence

MOST_AT_ONCE = 100
RESERVED_MS = 5 * 60_000
SLOW_MS = 3 * 60_000
GONE_MS = 120_000
SILENT_MS = 24 * 3600_000

DESK = Room.kind.in_(DESK_KINDS)
SHOPPER_SPOKE_LAST = Room.last_shopper_at > sa.func.coalesce(Room.last_agent_at, 0)
LAST_WORD = sa.case(
    (SHOPPER_SPOKE_LAST, Room.last_shopper_at), else_=sa.func.coalesce(Room.last_agent_at, Room.opened_at)
)
NEEDS_ITS_AGENT = sa.or_(Room.status == "assigned", sa.and_(Room.status == "open", SHOPPER_SPOKE_LAST))

log = logging.getLogger(__name__)


def keep_attendance() -> None:
    """Every second: who is there, and what becomes of the conversations of those who are not."""
    present = attendance.find_present()
    attendance.renew_leases(present)
    if present is not None:
        attendance.miss_absent(present)
    attendance.end_leases()
    return_lost(is_known=present is not None)


def keep_desk() -> None:
    """Every few seconds: who waits, and who is free."""
    attendance.rest_idle()
    queue_offline()
    wake_held()
    watch_waiting()
    bands.refresh_bands(MOST_AT_ONCE)
    assignment.drain()
    if queries.count_queued():
        run_transaction(desk_news.announce_places)  # waiting alone moves people up


def keep_promises() -> None:
    """Every second: what was promised by a certain time."""
    each_due(sa.and_(Room.status == "assigned", Room.reply_due_at <= now_ms()), return_unanswered)
    each_due(
        sa.and_(Room.status == "waiting", Room.slot_until > 0, Room.slot_until <= now_ms()), release_slot
    )


def keep_watch() -> None:
    """Every quarter of a minute: shoppers whose agent lets them wait."""
    asked = (
        sa.exists()
        .where(Message.room_id == Room.id, Message.stream == "p", Message.side == "shopper")
        .where(
            Message.created_at > sa.func.coalesce(Room.last_agent_at, 0),
            Message.created_at <= now_ms() - SLOW_MS,
        )
    )
    each_due(sa.and_(DESK, Room.status == "open", SHOPPER_SPOKE_LAST, asked), raise_alarm)


def keep_order() -> None:
    """Every minute: what nobody speaks in any more."""
    idle = sa.and_(DESK, Room.status.in_(("open", "waiting")), LAST_WORD <= now_ms() - SILENT_MS)
    each_due(idle, lambda room: endings.end(room, "silence"))
    silent = sa.and_(Room.head_p == 0, Room.opened_at <= now_ms() - SILENT_MS)
    each_due(sa.and_(DESK, Room.status == "offline", silent), endings.close)
    over = now_ms() - REOPENS_FOR_MS
    each_due(sa.and_(Room.status == "resolved", Room.resolved_at <= over), endings.close)
    each_due(sa.and_(Room.status == "abandoned", Room.left_at <= over), endings.close)


def each_due(condition: sa.ColumnElement[bool], act: Callable[[Room], Any]) -> int:
    """Do it to each room that meets the condition, and still does when its row is taken. Returns to how many.

    Where it fails, or `act` answers False, the room stays due, and is passed over: it must not hide those behind it.
    """
    done = last = 0
    while done < MOST_AT_ONCE and (due := list_ids(condition, after=last)):
        for room_id in due:
            try:
                done += run_transaction(partial(act_if_due, room_id, condition, act))
            except Exception:
                log.exception("room %s could not be kept in time", room_id)
        last = due[-1]
    return done


def list_ids(condition: sa.ColumnElement[bool], after: int) -> Sequence[int]:
    meets = sa.select(Room.id).where(condition, Room.id > after)
    return db.session.scalars(meets.order_by(Room.id).limit(MOST_AT_ONCE)).all()


def act_if_due(room_id: int, condition: sa.ColumnElement[bool], act: Callable[[Room], Any]) -> bool:
    room = db.session.scalar(
        sa.select(Room)
        .where(Room.id == room_id, condition)
        .with_for_update(of=Room)
        .execution_options(populate_existing=True)
    )
    return room is not None and act(room) is not False


def return_lost(*, is_known: bool) -> int:
    """Of agents who have gone: those who wait for an answer go back to the queue, the others keep a slot a little longer."""
    gone = Agent.chosen_status == "offline"
    if is_known:
        gone = sa.or_(gone, attendance.IS_OVER)
    is_of_gone = sa.exists().where(Agent.agent == Room.assignee, gone)
    kept = now_ms() + RESERVED_MS
    each_due(
        sa.and_(Room.status == "waiting", Room.slot_until > kept, is_of_gone),
        lambda room: states.change(room, slot_until=read_now() + RESERVED_MS),
    )
    return each_due(
        sa.and_(NEEDS_ITS_AGENT, is_of_gone), lambda room: queueing.return_to_queue(room, "lost_lease")
    )


def agent_gone(event: outbox.Announcement) -> None:
    """Somebody went offline by hand, or signed out."""
    return_lost(is_known=False)


def return_unanswered(room: Room) -> None:
    queueing.return_to_queue(room, "no_reply")


def release_slot(room: Room) -> None:
    """The shopper may still come back to this agent, who may be full by then."""
    slots.free_slot_of(room)
    states.change(room, slot_until=0)
    desk_news.announce_room(room, "freed")


def raise_alarm(room: Room) -> bool:
    """Once for each turn of the shopper."""
    line = "The shopper has waited for an answer for three minutes."
    if not lines.say(room, "system", f"slow-{room.last_agent_at or 0}", line, stream="i"):
        return False
    desk_news.announce_room(room, "alert", why="slow")
    return True


def queue_offline() -> int:
    """Messages that were left, once the desk is open and somebody is there."""
    left = sa.and_(Room.status == "offline", Room.first_shopper_at.is_not(None), DESK)
    departments = db.session.scalars(sa.select(Room.department_id).where(left).distinct()).all()
    now = read_now()
    return sum(
        each_due(
            sa.and_(left, Room.department_id.is_not_distinct_from(department)),
            lambda room: queueing.enter_queue(room, now),
        )
        for department in departments
        if queueing.is_staffed(department, now)
    )


def wake_held() -> None:
    """Those who wait for the store, once what they wait for has happened."""
    held = Room.status == "on_hold"
    if due := store_events.find_news(held):
        each_due(sa.and_(held, Room.id.in_(due)), store_events.wake_room)


def watch_waiting() -> None:
    """Who waits and has closed the shop's pages is noted, and given up after two minutes.

    Not those whom the desk itself put into the queue: they were promised an answer, here or not. Nor those who are
    never seen, because a program speaks for them.
    """
    asks = sa.and_(
        Room.status == "queued", Room.last_shopper_at >= Room.queued_at, ~Room.owner.startswith(EXTERNAL)
    )
    rooms = db.session.execute(sa.select(Room.id, Room.owner, Room.left_at).where(asks)).all()
    here = presence.find_connected([room.owner for room in rooms]) if rooms else None
    if here is None:
        return
    silent = Room.last_shopper_at <= now_ms() - GONE_MS
    for room in rooms:
        is_here = room.owner in here
        if is_here == (room.left_at is not None):
            mark_left(room.id, None if is_here else read_now())
    each_due(
        sa.and_(asks, silent, Room.left_at <= now_ms() - GONE_MS), lambda room: endings.abandon(room, "left")
    )


def mark_left(room_id: int, left_at: int | None) -> None:
    """Not a move of its state: whoever assigns the room in this moment must not lose it for that."""
    mark = sa.update(Room).where(Room.id == room_id, Room.status == "queued").values(left_at=left_at)
    run_transaction(lambda: db.session.execute(mark.execution_options(synchronize_session=False)))
