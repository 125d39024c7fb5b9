"""The shop's pictures, and the pages where its owner edits what it sells, each with a blueprint of its own."""

from flask import Flask

from app.catalogue.views import categories, importing, media, pictures, products, variants
from app.core import navigation

STAFF = ("staff",)


def init_app(app: Flask) -> None:
    for page in (media, products, variants, pictures, categories, importing):
        app.register_blueprint(page.bp)
    navigation.register(app, 62, "Products", "/staff/catalogue", STAFF, group="Catalogue")
    navigation.register(app, 63, "Categories", "/staff/catalogue/categories", STAFF, group="Catalogue")
