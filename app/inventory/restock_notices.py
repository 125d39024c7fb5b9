"""What somebody who waits is told when it is back."""

from collections.abc import Mapping

from app.inventory import queries
from app.inventory.restocks import Wish
from app.notifications import notify
from app.notifications.categories import Cap, Category, Words
from app.notifications.notify import Notice

URL = "/products/{{ slug }}?sku={{ sku }}"
WORDS = Words(
    "back_in_stock",
    "{{ product | truncate(60) }} is back",
    "In stock again: {{ item }}. We tell those who asked first, but cannot keep one for you.",
    URL,
    {"product": "Harbour cup", "item": "Harbour cup, Chalk", "slug": "harbour-cup", "sku": "CUP-CHALK"},
    ({"action": "open", "title": "See it", "url": URL},),
)


def tell(wish: Wish) -> bool:
    """Inside the running transaction. True when nothing is left to mail."""
    if wish.subject is None:
        return False
    facts = {"product": wish.product, "item": wish.item, "slug": wish.slug, "sku": wish.sku}
    occasion = f"restock:{wish.token}"
    return notify.notify_before_mail([Notice(wish.subject, WORDS.key, occasion, facts, f"sku:{wish.sku}")])


def is_available(about: str, _: Mapping[str, object]) -> bool:
    stock = queries.find_one(about.removeprefix("sku:"))
    return stock is not None and stock.available > 0 and not stock.retired


BACK_IN_STOCK = Category(
    name="back_in_stock",
    title="Back in stock",
    explanation="When something is back that you asked to be told about.",
    kind="interest",
    words=(WORDS,),
    urgency="high",
    ttl_s=6 * 3600,
    lane="soon",
    mail="fallback",
    mail_after_s=30 * 60,
    cap=Cap(5, 24 * 3600),
    defaults=frozenset({"page", "email"}),
    is_relevant=is_available,
)
