"""What pages are told of carts and orders: a hint, upon which they fetch what they show."""

from app.core import outbox
from app.core.clock import now_ms
from app.core.fragments import render
from app.orders import queries
from app.realtime.pages import language
from app.realtime.publish import Message, publish


def cart_changed(event: outbox.Announcement) -> None:
    """The count in every header of this owner's pages, and a hint for an open cart."""
    count = queries.count_cart(event.key)
    content = {language(): render("orders/cart_changed.push.html", count=count)}
    publish(Message(event.key, "cart_changed", now_ms(), {"count": count}, content))


def order_changed(event: outbox.Announcement) -> None:
    """For the order's page, whoever has its link: the channel's name is as secret as the link."""
    order = queries.find_order(event.key)
    if order is None:
        return
    data = {"number": order.number, "status": order.status, "version": order.version}
    publish(Message(f"order:{order.token}", "order_changed", now_ms(), data))
