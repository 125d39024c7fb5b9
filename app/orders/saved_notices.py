"""What people are told of what they saved for later: that it costs less, and that there is not much left of it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa

from app.catalogue.models import Product, Variant
from app.catalogue.queries import name_item
from app.core import jobs
from app.core.database import db, read_now, run_transaction
from app.core.outbox import Announcement
from app.inventory import alert_queries
from app.inventory import queries as inventory
from app.notifications import notify
from app.notifications.categories import Cap, Category, Words
from app.notifications.notify import Notice
from app.orders.models import CartLine

# Told together, so that no other writer waits long.
CHUNK = 50
URL = "/products/{{ slug }}?sku={{ sku }}"
SEE = ({"action": "open", "title": "See it", "url": URL},)
EXAMPLE = {"item": "Harbour cup, Chalk", "slug": "harbour-cup", "sku": "CUP-CHALK"}
CHEAPER = Words(
    "price_drop",
    "{{ item | truncate(60) }} costs less now",
    "{{ price | money }} instead of {{ was | money }}. You saved it for later.",
    URL,
    EXAMPLE | {"price": 2000, "was": 2400},
    SEE,
)
FEW = Words(
    "low_stock_wishlist",
    "Only {{ left }} left: {{ item | truncate(60) }}",
    "You saved it for later, and there are not many any more.",
    URL,
    EXAMPLE | {"left": 3},
    SEE,
)

TellOne = Callable[[Any, CartLine], Notice]


def price_changed(event: Announcement) -> None:
    """Each drop is told by a job, and settled by one when the price goes up again: thousands may have saved it."""
    variant_id, version = (int(part) for part in event.key.split(":"))
    price = event.payload["after"]
    if price < event.payload["before"]:
        run_transaction(lambda: jobs.run_later(tell_cheaper, variant_id, version, price, queue="bulk"))
    else:
        now = db.session.execute(
            sa.select(Variant.sku, Variant.price_minor).where(Variant.id == variant_id)
        ).one_or_none()
        if now and now.price_minor >= price:  # else it fell again, before this rise was heard of
            withdraw_later(f"sku:{now.sku}", PRICE_DROP)


def alert_changed(event: Announcement) -> None:
    """The same crossing that staff hear of, so that a figure that goes up and down is told once."""
    row = alert_queries.get_alert(int(event.key))
    if row is None or row.kind != "low":
        return
    if row.resolved_at is not None:
        withdraw_later(f"sku:{row.sku}", LOW_STOCK)
    elif row.acknowledged_at is None:
        run_transaction(lambda: jobs.run_later(tell_few, row.variant_id, row.id, queue="bulk"))


def withdraw_later(about: str, category: Category) -> None:
    """Only what is told by now: the next occasion may come before the job does."""
    settled = (about, category.name, read_now())
    run_transaction(lambda: jobs.run_later(notify.withdraw_from_all, *settled, queue="bulk"))


def tell_cheaper(variant_id: int, version: int, price: int) -> int:
    """A job: everybody who saved it and was last shown a higher price. Returns how many were told."""
    offer = find_offer(Variant.id == variant_id)
    if offer is None or offer.price_minor != price or count_left(offer.sku) < 1:
        return 0

    def make(offer: Any, line: CartLine) -> Notice:
        facts = facts_of(offer) | {"price": price, "was": line.seen_price_minor}
        occasion = f"price:{variant_id}:{version}:{line.owner}"
        return Notice(line.owner, CHEAPER.key, occasion, facts, f"sku:{offer.sku}")

    return tell_savers(offer, make, CartLine.seen_price_minor > price)


def tell_few(variant_id: int, alert_id: int) -> int:
    """A job: everybody who saved what runs low. Returns how many were told."""
    offer = find_offer(Variant.id == variant_id)
    if offer is None or not is_low(offer.sku):
        return 0
    left = count_left(offer.sku)

    def make(offer: Any, line: CartLine) -> Notice:
        facts = facts_of(offer) | {"left": left}
        return Notice(line.owner, FEW.key, f"low:{alert_id}:{line.owner}", facts, f"sku:{offer.sku}")

    return tell_savers(offer, make)


def tell_savers(offer: Any, make: TellOne, *conditions: sa.ColumnElement[bool]) -> int:
    """A chunk after the other; a job that begins anew tells nobody twice."""
    saved = sa.select(CartLine).where(
        CartLine.variant_id == offer.id, CartLine.is_saved.is_(True), *conditions
    )
    told, after = 0, ""
    while lines := db.session.scalars(
        saved.where(CartLine.owner > after).order_by(CartLine.owner).limit(CHUNK)
    ).all():
        after = lines[-1].owner
        notices = [make(offer, line) for line in lines]
        told += run_transaction(partial(tell, notices))
    return told


def tell(notices: list[Notice]) -> int:
    return sum(notify.notify(notice) is not None for notice in notices)


def find_offer(which: sa.ColumnElement[bool]) -> Any:
    """What is sold, with its name; None when it is sold no more."""
    return db.session.execute(
        sa.select(Variant.id, Variant.sku, Variant.price_minor, Variant.glaze, Variant.size)
        .add_columns(Product.name, Product.slug)
        .join(Product, Product.id == Variant.product_id)
        .where(which, Variant.retired_at.is_(None), Product.status == "active")
    ).one_or_none()


def facts_of(offer: Any) -> dict[str, object]:
    item = name_item(offer.name, offer.glaze, offer.size)
    return {"item": item, "slug": offer.slug, "sku": offer.sku}


def count_left(sku: str) -> int:
    stock = inventory.find_one(sku)
    return stock.available if stock else 0


def is_low(sku: str) -> bool:
    stock = inventory.find_one(sku)
    return stock is not None and stock.state == "low"


def is_still_cheap(about: str, facts: Mapping[str, Any]) -> bool:
    offer = find_offer(Variant.sku == about.removeprefix("sku:"))
    return offer is not None and offer.price_minor <= facts["price"] and count_left(offer.sku) > 0


def is_still_low(about: str, _: Mapping[str, object]) -> bool:
    return is_low(about.removeprefix("sku:"))


PRICE_DROP = Category(
    name="price_drop",
    title="Lower prices",
    explanation="When something that you saved for later costs less.",
    kind="interest",
    words=(CHEAPER,),
    urgency="normal",
    ttl_s=12 * 3600,
    lane="soon",
    cap=Cap(3, 24 * 3600),
    is_relevant=is_still_cheap,
)
LOW_STOCK = Category(
    name="low_stock_wishlist",
    title="Almost gone",
    explanation="When there is not much left of something that you saved for later.",
    kind="interest",
    words=(FEW,),
    urgency="normal",
    ttl_s=6 * 3600,
    lane="soon",
    cap=Cap(3, 24 * 3600),
    is_relevant=is_still_low,
)
