"""The staff's pages: each file is one of them, with a blueprint of its own under /staff/inventory."""

from flask import Flask

from app.core import navigation
from app.inventory.views import stock

STAFF = ("staff", "agent")


def init_app(app: Flask) -> None:
    app.register_blueprint(stock.bp)
    navigation.register(app, 10, "Stock", "/staff/inventory", STAFF)
