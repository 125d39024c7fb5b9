"""The first page: every shelf, what is new, what came back, what is nearly gone."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.catalogue.models import Category, Product, Variant
from app.catalogue.queries import IN_SHOP, OFFERED
from app.core import clock
from app.core.database import db
from app.inventory import queries as inventory
from app.inventory.models import StockLevel, StockMovement
from app.storefront.cards import HEIGHT, WIDTH, PictureView, ProductCard, make_cards, no_picture

BAND = 4
HERO_FILE = "hero.svg"
RETURNED_WITHIN_MS = 14 * 24 * 3600 * 1000


@dataclass(frozen=True)
class CategoryTile:
    name: str
    path: str
    picture: PictureView
    count: int


@dataclass(frozen=True)
class HomePage:
    hero: str
    categories: list[CategoryTile]
    new: list[ProductCard]
    back: list[ProductCard]
    low: list[ProductCard]


def show() -> HomePage:
    products = list(db.session.scalars(sa.select(Product.id).where(IN_SHOP).order_by(Product.position)))
    badges = inventory.find_product_badges(products)
    low = [
        product_id for product_id in products if product_id in badges and badges[product_id].state == "low"
    ]
    return HomePage(
        f"/media/{HERO_FILE}",
        category_tiles(),
        make_cards(new_products()),
        make_cards(returned_products()),
        make_cards(low[:BAND]),
    )


def category_tiles() -> list[CategoryTile]:
    rows = db.session.execute(
        sa.select(Category, sa.func.count(Product.id))
        .outerjoin(Product, sa.and_(Product.category_id == Category.id, IN_SHOP))
        .group_by(Category.id)
        .order_by(Category.position)
    )
    return [
        CategoryTile(category.name, category.path, category_picture(category), count)
        for category, count in rows
    ]


def category_picture(category: Category) -> PictureView:
    if not category.picture:
        return no_picture()
    return PictureView(f"/media/{category.picture}", "", WIDTH, HEIGHT)


def new_products() -> list[int]:
    return list(
        db.session.scalars(
            sa.select(Product.id)
            .where(Product.new_until > clock.now_ms(), IN_SHOP)
            .order_by(Product.created_at.desc(), Product.position)
            .limit(BAND)
        )
    )


def returned_products() -> list[int]:
    """Products of which something was received onto an empty shelf, the latest first."""
    since = clock.now_ms() - RETURNED_WITHIN_MS
    latest = sa.func.max(StockMovement.created_at)
    rows = db.session.execute(
        sa.select(Variant.product_id, latest)
        .join(Product, Product.id == Variant.product_id)
        .join(StockLevel, StockLevel.variant_id == Variant.id)
        .join(StockMovement, StockMovement.stock_level_id == StockLevel.id)
        .where(
            StockMovement.kind == "receive",
            StockMovement.created_at > since,
            StockMovement.on_hand_after == StockMovement.d_on_hand,
            StockLevel.on_hand > 0,
            Product.status == "active",
            OFFERED,
        )
        .group_by(Variant.product_id)
        .order_by(latest.desc())
        .limit(BAND)
    )
    return [product_id for product_id, _ in rows]
