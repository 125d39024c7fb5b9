"""The tables of buying."""

from app.orders.models.cart import CartLine
from app.orders.models.order import STATUSES, Order, OrderEvent, OrderLine, OrderReturn
from app.orders.models.payment import PAYMENT_STATUSES, Payment, PaymentCallback, Refund

__all__ = [
    "PAYMENT_STATUSES",
    "STATUSES",
    "CartLine",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderReturn",
    "Payment",
    "PaymentCallback",
    "Refund",
]
