"""What a page shows of a product: cards, suggestions and pictures, with the stock that is true now."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.catalogue import queries as catalogue
from app.catalogue.models import Picture, Product
from app.core import assets, clock
from app.inventory import queries as inventory
from app.inventory.stock import ProductBadge

WIDTH, HEIGHT = 800, 1000


@dataclass(frozen=True)
class PictureView:
    path: str
    alt: str
    width: int
    height: int
    large_path: str | None = None


@dataclass(frozen=True)
class ProductCard:
    """`glazes` are colours; `price_to_minor` is set when variants differ in price. `version` is that of name and price."""

    id: int
    version: int
    name: str
    tagline: str
    path: str
    price_minor: int
    price_to_minor: int | None
    picture: PictureView
    badge: ProductBadge
    glazes: tuple[str, ...]
    is_new: bool


@dataclass(frozen=True)
class Suggestion:
    """`marked_parts` are pieces of the name, each with whether it matches what was typed."""

    id: int
    version: int
    name: str
    marked_parts: list[tuple[str, bool]]
    path: str
    picture: PictureView
    price_minor: int
    price_to_minor: int | None
    badge: ProductBadge


def make_cards(product_ids: Sequence[int]) -> list[ProductCard]:
    badges = inventory.find_product_badges(product_ids)
    return [
        make_card(product, badges[product.id])
        for product in catalogue.list_products(product_ids)
        if product.id in badges
    ]


def make_card(product: Product, badge: ProductBadge) -> ProductCard:
    prices = [variant.price_minor for variant in product.offered]
    return ProductCard(
        id=product.id,
        version=product.version,
        name=product.name,
        tagline=product.tagline,
        path=product.path,
        price_minor=min(prices),
        price_to_minor=max(prices) if max(prices) > min(prices) else None,
        picture=first_picture(product),
        badge=badge,
        glazes=tuple(dict.fromkeys(variant.glaze_hex for variant in product.offered)),
        is_new=is_new(product),
    )


def is_new(product: Product) -> bool:
    return product.new_until is not None and product.new_until > clock.now_ms()


def first_picture(product: Product) -> PictureView:
    """The picture of the first variant's glaze, or an outline for a product that has none yet."""
    glaze = product.offered[0].glaze
    return next(
        (picture_view(each) for each in product.ready_pictures if each.glaze in (None, glaze)), no_picture()
    )


def picture_view(picture: Picture) -> PictureView:
    return PictureView(picture.path, picture.alt, picture.width, picture.height, picture.large_path)


def no_picture() -> PictureView:
    return PictureView(assets.path("no-picture.svg"), "No picture yet", WIDTH, HEIGHT)


def make_suggestions(product_ids: Sequence[int], query: str) -> list[Suggestion]:
    return [
        Suggestion(
            card.id,
            card.version,
            card.name,
            mark(card.name, query),
            card.path,
            card.picture,
            card.price_minor,
            card.price_to_minor,
            card.badge,
        )
        for card in make_cards(product_ids)
    ]


def mark(name: str, query: str) -> list[tuple[str, bool]]:
    """Split the name at the first place where a word of it starts with a word of the query."""
    for word in query.casefold().split():
        position = (" " + name.casefold()).find(" " + word)
        if position >= 0:
            parts = [
                (name[:position], False),
                (name[position : position + len(word)], True),
                (name[position + len(word) :], False),
            ]
            return [part for part in parts if part[0]]
    return [(name, False)]
