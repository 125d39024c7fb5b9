"""What shoppers are told of their orders. Its newest step is all that counts: it settles whatever was said before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.database import run_transaction
from app.core.outbox import Announcement
from app.notifications import notify
from app.notifications.categories import Category, Words
from app.notifications.notify import Notice
from app.orders import queries
from app.orders.models import Order, OrderEvent
from app.orders.reviews import is_backordered
from app.orders.transitions import lock
from app.security.access import is_shopper

# A bank that answers while the shopper still looks at the page is no news.
LATE_MS = 30_000
PATH = "/orders/{{ number }}?token={{ token }}"
EXAMPLE = {"number": "K-1001", "token": "ab12", "pieces": 2, "total": 7200, "status": "paid"}


def words(key: str, title: str, body: str, button: str = "See your order", url: str = PATH) -> Words:
    return Words(key, title, body, url, EXAMPLE, ({"action": "open", "title": button, "url": url},))


WORDS = (
    words(
        "order_paid",
        "Order {{ number }} is paid",
        "Thank you. {{ pieces | plural('piece', 'pieces') }} for {{ total | money }}: we pack them next.",
    ),
    words("order_packed", "Order {{ number }} is being packed", "We tell you when it leaves us."),
    words(
        "order_shipped",
        "Order {{ number }} is on its way",
        "{{ pieces | plural('piece', 'pieces') }} left our studio.",
    ),
    words(
        "order_ready",
        "Order {{ number }} is ready to pick up",
        "{{ pieces | plural('piece', 'pieces') }} wait for you at the studio.",
    ),
    words("order_delivered", "Order {{ number }} has arrived", "We hope you like what you unpack."),
    words("order_collected", "Order {{ number }} was picked up", "We hope you like what you unpack."),
    words(
        "order_cancelled",
        "Order {{ number }} is cancelled",
        "Nothing will be sent, and you pay nothing: what was taken or set aside goes back to you.",
    ),
    words(
        "order_refunded",
        "Money for order {{ number }} is on its way back",
        "What you sent back is here. Your bank may need a few days.",
    ),
    words(
        "order_review",
        "We are looking into order {{ number }}",
        "Your payment came after the last units were sold. Nothing is charged; you can wait, or cancel.",
        "Decide",
    ),
    words(
        "order_waits",
        "Order {{ number }} waits for the next batch",
        "The next units are yours, and nothing is charged before they are here. You can also cancel.",
    ),
    words(
        "order_declined",
        "Your payment for order {{ number }} did not go through",
        "Nothing was charged. What you chose is still yours for a moment: try another card.",
        "Pay another way",
        "/checkout",
    ),
)


@dataclass(frozen=True)
class Step:
    """What an event of an order says. Some have a mail of their own, with more than fits here."""

    key: str
    has_own_mail: bool = False


def order_changed(event: Announcement) -> None:
    run_transaction(lambda: tell(event.key))


def tell(number: str) -> None:
    """Read with the order locked: of two deliveries that cross, the older one must not settle what the newer has told."""
    order = queries.find_order(number)
    if order is None or not is_shopper(order.owner):
        return
    lock(order.id)
    events = queries.list_events(order.id)
    step = find_step(order, events)
    if step is not None:
        notify.notify_newest(make_notice(order, events[0], step))


def make_notice(order: Order, newest: OrderEvent, step: Step) -> Notice:
    facts = {
        "number": order.number,
        "token": order.token,
        "pieces": sum(line.quantity for line in order.lines),
        "total": order.total_minor,
        "status": order.status,
    }
    occasion = f"order:{order.number}:{newest.sequence}"
    return Notice(order.owner, step.key, occasion, facts, about_of(order), step.has_own_mail)


def about_of(order: Order) -> str:
    return f"order:{order.number}"


def find_step(order: Order, events: Sequence[OrderEvent]) -> Step | None:
    """What the newest event says, if it is news. `events` are newest first."""
    if not events:
        return None
    newest, earlier = events[0], events[1:]
    if newest.status == "checkout":
        return Step("order_declined") if is_declined_late(events) else None
    is_repeated = any(each.status == newest.status for each in earlier)
    if is_repeated:
        return find_repeated(order, events)
    return None if order.placed_at is None else name_step(order, newest.status)


def is_declined_late(events: Sequence[OrderEvent]) -> bool:
    newest, *earlier = events
    asked = earlier[0] if earlier else newest
    return newest.actor == "bank" and asked.status == "payment_pending" and newest.at - asked.at > LATE_MS


def find_repeated(order: Order, events: Sequence[OrderEvent]) -> Step | None:
    """A status that was written down once more says that something happened to the order as it is."""
    if is_backordered(order, events):
        return Step("order_waits", has_own_mail=True)
    return Step("order_refunded") if order.status in ("shipped", "delivered") else None


def name_step(order: Order, status: str) -> Step | None:
    is_picked_up = order.delivery == "pickup"
    return {
        "paid": Step("order_paid", has_own_mail=True),
        "stock_review": Step("order_review", has_own_mail=True),
        "processing": Step("order_packed"),
        "shipped": Step("order_ready" if is_picked_up else "order_shipped"),
        "delivered": Step("order_collected" if is_picked_up else "order_delivered"),
        "returned": Step("order_refunded"),
        "cancelled": Step("order_cancelled", has_own_mail=True),
    }.get(status)


def order_opened(order: Order) -> None:
    """Its owner looks at it, and sees more than we told."""
    notify.note_seen(about_of(order), order.owner)


def is_current(about: str, facts: Mapping[str, object]) -> bool:
    order = find_about(about)
    return order is not None and order.status == facts["status"]


def find_address(subject: str, about: str) -> str | None:
    """A guest's orders are mailed to where the receipt went."""
    order = find_about(about)
    return order.email if order and order.owner == subject else None


def find_about(about: str) -> Order | None:
    return queries.find_order(about.removeprefix("order:"))


ORDER_STATUS = Category(
    name="order_status",
    title="Your orders",
    explanation="When an order is paid, packed, on its way or there, and when it needs you.",
    kind="transactional",
    words=WORDS,
    urgency="high",
    ttl_s=24 * 3600,
    lane="now",
    bypasses_quiet=True,
    mail="fallback",
    mail_after_s=10 * 60,
    defaults=frozenset({"page", "push", "email"}),
    is_relevant=is_current,
    find_address=find_address,
)
