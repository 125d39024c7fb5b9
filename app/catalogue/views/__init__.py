"""The shop's pictures, and the pages where its owner edits what it sells, each with a blueprint of its own."""

from flask import Flask

from app.catalogue.views import categories, importing, media, pictures, products, variants
from app.core import navigation

STAFF = ("staff",)


def init_app(app: Flask) -> None:
    for page in (media, products, variants, pictures, categories, importing):
        app.register_blueprint(page.bp)
    navigation.register(app, 70, "Products", "/staff/catalogue", STAFF)
    navigation.register(app, 75, "Categories", "/staff/catalogue/categories", STAFF)
