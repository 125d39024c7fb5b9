"""What the shop says of its products: the fragments of the channel `item:{product_id}`."""

from typing import Any

from app.catalogue import queries
from app.catalogue.queries import Item
from app.core.clock import now_ms
from app.core.fragments import render
from app.core.outbox import Announcement
from app.realtime.pages import language
from app.realtime.publish import Message, publish_all

# More digits do not fit into the database's integers.
LONGEST_ID = 18


def item_changed(event: Announcement) -> None:
    """Publish what is true now; the event only said that something changed."""
    if messages := item_messages([event.key]):
        publish_all(messages)


def item_messages(keys: list[str]) -> list[Message]:
    ids = [int(key) for key in keys if key.isdigit() and len(key) <= LONGEST_ID]
    return [item_message(item) for item in queries.list_items(ids)]


def item_message(item: Item) -> Message:
    data: dict[str, Any] = {"productId": item.id, "forSale": item.in_shop, "version": item.version}
    if item.in_shop:
        data |= {"name": item.name, "prices": dict(item.prices)}
    content = {language(): render("catalogue/item_changed.push.html", item=item)}
    return Message(f"item:{item.id}", "item_changed", now_ms(), data, content, item.version)
