"""Rows for tests, valid by default, written as the shop writes them: a test names only what it is about."""

import itertools
from datetime import date

import sqlalchemy as sa

from app.catalogue.models import Category, Picture, Product, Variant
from app.catalogue.search import index_product
from app.core import clock
from app.core.database import db, now_ms, transaction
from app.inventory.ledger import Change, Origin, apply
from app.inventory.models import Location, StockLevel
from app.security.models import User
from app.security.users import create_user

PASSWORD = "correct horse battery"
SHELF = "shelf"
numbers = itertools.count(1)


def make_category(*, slug: str = "tableware", name: str = "Tableware") -> Category:
    """The category with this slug, made when it is missing."""
    found = db.session.scalar(sa.select(Category).where(Category.slug == slug))
    if found:
        return found
    category = Category(slug=slug, name=name, blurb="For every day.", picture="", position=next(numbers))
    with transaction():
        db.session.add(category)
    return category


def make_product(
    *,
    stock: int = 4,
    sku: str | None = None,
    slug: str | None = None,
    name: str = "Cup",
    price: int = 2400,
    threshold: int | None = None,
    category: Category | None = None,
) -> Product:
    """A product with one variant; its opening stock is a movement, so the SKU is at version 1 (0 without stock)."""
    number = next(numbers)
    category_id = (category or make_category()).id
    with transaction():
        product = Product(
            slug=slug or f"product-{number}",
            name=name,
            tagline="Holds tea.",
            description="Thrown and glazed by hand.",
            facts=[["Height", "90 mm"]],
            care="Dishwasher safe.",
            firing="Stoneware.",
            category_id=category_id,
            position=number,
            created_at=clock.now_ms(),
        )
        product.pictures = [Picture(file="cup.svg", alt="A cup", width=800, height=1000, position=0)]
        db.session.add(product)
        add_variant(product, sku or f"SKU-{number}", price=price, stock=stock, threshold=threshold)
    return product


def add_variant(
    product: Product,
    sku: str,
    *,
    glaze: str = "Chalk",
    size: str = "",
    price: int = 2400,
    stock: int = 4,
    threshold: int | None = None,
    back_on: date | None = None,
) -> None:
    with transaction():
        variant = Variant(
            sku=sku,
            glaze=glaze,
            glaze_hex="#eeeeee",
            size=size,
            price_minor=price,
            position=len(product.variants),
        )
        product.variants.append(variant)
        db.session.flush()
        index_product(product)
        add_stock(variant, stock, threshold, back_on)


def add_stock(variant: Variant, stock: int, threshold: int | None, back_on: date | None) -> None:
    """Call inside transaction()."""
    level = StockLevel(
        variant_id=variant.id,
        location_id=shelf_id(),
        on_hand=0,
        low_threshold=threshold,
        expected_on=back_on,
        updated_at=now_ms(),
    )
    db.session.add(level)
    db.session.flush()
    if stock:
        apply(level.id, variant.sku, Change("opening", on_hand=stock), Origin("test", "Opening stock"))


def shelf_id() -> int:
    location = db.session.scalar(sa.select(Location).where(Location.code == SHELF))
    if location is None:
        location = Location(code=SHELF, name="Shelf")
        db.session.add(location)
        db.session.flush()
    return location.id


def make_user(role: str = "shopper", *, email: str | None = None, name: str = "Ada Novak") -> User:
    return create_user(email or f"user{next(numbers)}@example.test", name, role, PASSWORD)


def unlock_ledger() -> None:
    """Let this test rewrite history, as nobody else can: the database keeps movements as they were written."""
    with transaction():
        if db.engine.dialect.name == "sqlite":
            db.session.execute(sa.text("DROP TRIGGER stock_movement_kept"))
            db.session.execute(sa.text("DROP TRIGGER stock_movement_unchanged"))
        else:
            db.session.execute(sa.text("ALTER TABLE stock_movement DISABLE TRIGGER stock_movement_kept"))
