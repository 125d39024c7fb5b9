"""What can be wrong in a conversation."""

from app.core.errors import DomainError


class UnknownRoom(DomainError):
    """Also for rooms that are there and not the caller's: whether one exists is told to nobody else."""

    code, kind, title = "unknown_room", "missing", "There is no such conversation"


class RoomClosed(DomainError):
    code, kind, title = "room_closed", "conflict", "This conversation is over; start a new one"


class RoomChanged(DomainError):
    """`status` is what the room is now."""

    code, kind, title = "room_changed", "conflict", "Somebody else was faster; look at the room again"


class RoomFull(DomainError):
    code, kind, title = "room_full", "conflict", "Nobody else fits into this room"


class ClientIdReused(DomainError):
    code, kind, title = "client_id_reused", "conflict", "This message's id came before with another text"


class MessageGone(DomainError):
    code, kind, title = "unknown_message", "missing", "There is no such message"


class Unresolved(DomainError):
    """`variables` are those that have no value."""

    code, kind, title = "unresolved_variable", "invalid", "Something in this text has no value here"


class UnknownCanned(DomainError):
    code, kind, title = "unknown_reply", "missing", "There is no such reply"


class CannedTaken(DomainError):
    code, kind, title = "reply_taken", "conflict", "There is a reply with this shortcut already"


class UnknownHold(DomainError):
    code, kind, title = "unknown_hold", "missing", "Nothing is kept here"


class HoldOver(DomainError):
    """`state` is how it ended."""

    code, kind, title = "hold_over", "conflict", "These are kept no longer"


class TooManyChatHolds(DomainError):
    code, kind, title = (
        "too_many_chat_holds",
        "conflict",
        "You keep as much as one agent may; release something",
    )


class AgentFull(DomainError):
    code, kind, title = "agent_full", "conflict", "That agent has no free slot"


class AgentAway(DomainError):
    code, kind, title = "agent_away", "conflict", "That agent is not available"


class UnknownMember(DomainError):
    code, kind, title = "unknown_member", "missing", "There is nobody like that for this room"


class RoomNotOver(DomainError):
    code, kind, title = (
        "room_not_over",
        "conflict",
        "This conversation is still going on; rate it when it is over",
    )
