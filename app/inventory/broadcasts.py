"""What the shop shows of its stock: the fragments of the channels `stock:{sku}` and `product:{id}`."""

from typing import Any

from flask import current_app

from app.core.clock import now_ms
from app.core.fragments import render
from app.core.outbox import Announcement
from app.inventory import alert_queries, queries
from app.inventory.stock import ProductBadge, StockBadge, product_badge
from app.realtime.pages import language
from app.realtime.publish import Message, publish, publish_all

# More digits do not fit into the database's integers.
LONGEST_ID = 18


def stock_changed(event: Announcement) -> None:
    """Publish what is true now of a SKU and its product; the event only said that something changed."""
    if not current_app.config["SETTINGS"].INVENTORY_ENABLE_REALTIME:
        return
    siblings = queries.list_siblings(event.key)
    changed = [stock_message(stock.badge()) for stock in siblings if stock.sku == event.key]
    if changed:
        publish_all([*changed, product_message(product_badge(siblings[0].product_id, siblings))])


def alert_changed(event: Announcement) -> None:
    """Tell the staff what became of one alert, and how many wait for them now."""
    alert = alert_queries.get_alert(int(event.key))
    if alert is None or not current_app.config["SETTINGS"].INVENTORY_ENABLE_REALTIME:
        return
    word = "resolved" if alert.resolved_at else "acknowledged" if alert.acknowledged_at else "opened"
    data = {"id": alert.id, "sku": alert.sku, "kind": alert.kind, "available": alert.available_at_open}
    content = render("inventory/alert_changed.push.html", count=alert_queries.count_waiting())
    publish(Message("alerts", f"alert_{word}", now_ms(), data, {language(): content}))


def stock_messages(skus: list[str]) -> list[Message]:
    return [stock_message(stock.badge()) for stock in queries.find_stock(skus).values()]


def product_messages(ids: list[str]) -> list[Message]:
    numbers = [int(key) for key in ids if key.isdigit() and len(key) <= LONGEST_ID]
    return [product_message(badge) for badge in queries.find_product_badges(numbers).values()]


def stock_message(badge: StockBadge) -> Message:
    template = "inventory/stock_changed.push.html"
    return make_message(f"stock:{badge.sku}", "stock_changed", badge, template, sku=badge.sku)


def product_message(badge: ProductBadge) -> Message:
    channel, template = f"product:{badge.product_id}", "catalogue/product_stock_changed.push.html"
    return make_message(channel, "product_stock_changed", badge, template, productId=badge.product_id)


def make_message(
    channel: str, event: str, badge: StockBadge | ProductBadge, template: str, **names: Any
) -> Message:
    content = {language(): render(template, badge=badge)}
    return Message(channel, event, now_ms(), {**names, **public_figures(badge)}, content, badge.version)


def public_figures(badge: StockBadge | ProductBadge) -> dict[str, Any]:
    """How many there are is the shop's own business while there are plenty."""
    return {
        "status": badge.state,
        "available": 0 if badge.state in ("out", "back") else badge.left,
        "backOn": badge.back_on.isoformat() if badge.back_on else None,
        "version": badge.version,
    }
