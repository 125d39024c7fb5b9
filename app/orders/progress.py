"""An order's way as its shopper sees it: what has happened, where it is now, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.orders.models import Order, OrderEvent

WAY = ("paid", "processing", "shipped", "delivered")
# Said while they last; once they are over, nobody needs to read them.
PASSING = ("payment_pending", "expired", "stock_review")


@dataclass(frozen=True)
class Step:
    """`at` is epoch milliseconds, none for what has yet to come; `is_part` says that some of it came back."""

    status: str
    at: int | None
    is_part: bool = False


def list_steps(order: Order, events: Sequence[OrderEvent]) -> list[Step]:
    """Oldest first; the last one with a time is where the order is. `events` are newest first."""
    done: list[Step] = []
    for event in reversed(events):
        is_over = event.status in PASSING and event.status != order.status
        if event.status == "checkout" or is_over:
            continue
        is_repeated = any(step.status == event.status for step in done)
        if not is_repeated or event.status in ("shipped", "delivered"):
            done.append(Step(event.status, event.at, is_part=is_repeated))
    if order.status == "payment_pending":
        return [*done, *(Step(status, None) for status in WAY)]
    if order.status in WAY:
        return [*done, *(Step(status, None) for status in WAY[WAY.index(order.status) + 1 :])]
    return done
