"""How long a shopper has waited, in words, and when that becomes urgent: for the agents' list and its script alike."""

from dataclasses import dataclass
from typing import Literal

from app.chat.desk.queue_order import STEP_MS
from app.chat.models import Room

SOON_MS, LATE_MS = 60_000, 180_000
UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))


@dataclass(frozen=True)
class WaitTimer:
    """`warn_at` and `late_at` are the moments at which it turns urgent and late. `due_at` is when the answer is due."""

    since: int
    warn_at: int
    late_at: int
    due_at: int | None = None

    def level(self, now: int) -> Literal["calm", "warn", "late"]:
        return "late" if now >= self.late_at else "warn" if now >= self.warn_at else "calm"

    def words(self, now: int) -> str:
        if self.due_at is not None:
            return (
                f"Reply in {span(self.due_at - now)}"
                if now < self.due_at
                else f"Overdue {span(now - self.due_at)}"
            )
        return f"{'Long wait' if now >= self.late_at else 'Waits'} {span(now - self.since)}"


def timer_of(room: Room) -> WaitTimer | None:
    """None when nobody waits for the desk."""
    if room.status == "queued" and room.queued_at:
        # A band rises with each step waited: the third is the highest, as the queue itself counts.
        steps = [max(0, band - room.band) * STEP_MS for band in (2, 3)]
        return WaitTimer(room.queued_at, room.queued_at + steps[0], room.queued_at + steps[1])
    if room.status == "assigned" and room.assigned_at and room.reply_due_at:
        return WaitTimer(room.assigned_at, room.assigned_at, room.reply_due_at, due_at=room.reply_due_at)
    if room.status == "open" and room.last_shopper_at and room.last_shopper_at > (room.last_agent_at or 0):
        since = room.last_shopper_at
        return WaitTimer(since, since + SOON_MS, since + LATE_MS)
    return None


def span(ms: int) -> str:
    """The largest unit that fits: `40 s`, `12 min`, `3 h`."""
    length, unit = next(((length, unit) for length, unit in UNITS if ms >= length), UNITS[-1])
    return f"{max(ms, 0) // length} {unit}"
