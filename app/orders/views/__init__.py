"""The pages of buying: for shoppers and for those who pack."""

from typing import Any

from flask import Flask

from app.core import navigation
from app.core.forms import new_key
from app.core.http import is_failing
from app.orders import queries
from app.orders.deliveries import DELIVERIES
from app.orders.views import cart, checkout, orders, staff
from app.security import access


def init_app(app: Flask) -> None:
    for page in (cart, checkout, orders, staff):
        app.register_blueprint(page.bp)
    navigation.register(app, 5, "Orders", "/staff/orders", ("staff", "agent"))
    app.context_processor(page_context)


def page_context() -> dict[str, Any]:
    """The number on the cart of every page, what a parcel costs, and the key of forms that pages of other packages hold."""
    return {"cart_count": count_cart, "once_key": new_key, "parcel": DELIVERIES[0]}


def count_cart() -> int:
    """Asked by the header alone, since some pages are there without a database."""
    return 0 if is_failing() else queries.count_cart(access.subject())
