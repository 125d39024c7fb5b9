"""How conversations end, pause, and are given up. Everything here is inside the running transaction."""

from app.chat import lines, states
from app.chat.access import Actor
from app.chat.desk import news as desk_news
from app.chat.desk import pauses, queueing, slots, store_events
from app.chat.errors import RoomChanged
from app.chat.models import Room
from app.chat.queries import lock_room
from app.core.database import read_now
from app.core.errors import Forbidden


def resolve_room(room: Room, actor: Actor) -> None:
    """The agent's ending; a second one changes nothing. Raises Forbidden, RoomChanged."""
    lock_room(room)
    check_assignee(room, actor)
    if room.status != "resolved":
        end(room, "resolved")


def end_chat(room: Room, actor: Actor) -> None:
    """The shopper's own ending; of one that nobody has answered yet it is leaving the queue. Raises RoomChanged."""
    lock_room(room)
    if room.status == "queued":
        abandon(room, "cancelled")
    elif room.status not in ("resolved", "abandoned"):
        end(room, "shopper")


def decline_room(room: Room, actor: Actor) -> None:
    """The agent who was given it wants somebody else to take it. Raises Forbidden, RoomChanged."""
    lock_room(room)
    check_assignee(room, actor)
    if room.status != "assigned":
        raise RoomChanged(
            "Only what has not been answered can be declined; transfer it instead", state=room.status
        )
    queueing.return_to_queue(room, "declined")


def hold_room(room: Room, actor: Actor, event: str) -> None:
    """Wait for the store instead of for somebody: `restock:SKU` or `order:NUMBER`.

    Raises Invalid, Forbidden, RoomChanged.
    """
    what = store_events.describe_event(event)
    lock_room(room)
    check_assignee(room, actor)
    slots.free_slot_of(room)
    states.move(room, "on_hold", slot_until=0, hold_until_event=event)
    # After the move: what ended on hold did so at least since then.
    queueing.end_assignment(room, "on_hold")
    lines.say(room, "system", f"hold-{room.version}", f"We will come back to you {what}.")
    desk_news.announce_room(room, "freed")


def end(room: Room, close_reason: str) -> None:
    """With the room's row taken."""
    held = pauses.time_held(room)
    queueing.let_go(room, "resolved")
    states.move(
        room,
        "resolved",
        resolved_at=read_now(),
        close_reason=close_reason,
        slot_until=0,
        reply_due_at=None,
        hold_until_event=None,
        **held,
    )
    lines.say(room, "system", f"ended-{room.reopen_count}", "This conversation has ended.")
    desk_news.announce_room(room, "freed")


def abandon(room: Room, close_reason: str) -> None:
    """With the row of a queued room taken. Since when they are gone decides whether they keep their place."""
    states.move(room, "abandoned", close_reason=close_reason, left_at=room.left_at or read_now())
    desk_news.announce_room(room, "freed")


def close(room: Room) -> None:
    """For good: from here on it is only read, and later removed."""
    states.move(room, "closed", slot_until=0)


def check_assignee(room: Room, actor: Actor) -> None:
    if actor.subject != room.assignee and not actor.is_supervisor:
        raise Forbidden("Only the agent who has this conversation may do this")
