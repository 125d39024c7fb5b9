"""The only door from an order's number to the order."""

import hmac

from app.orders import queries
from app.orders.errors import UnknownOrder
from app.orders.models import Order
from app.security.threats import signals


def get_order_for(owner: str, number: str, token: str) -> Order:
    """The order of this owner, or of whoever has its link. Raises UnknownOrder for others: numbers can be guessed."""
    order = queries.get_order(number)
    if order.owner == owner or hmac.compare_digest(order.token.encode(), token.encode()):
        return order
    signals.note("foreign_object", f"order:{number}")
    raise UnknownOrder()
