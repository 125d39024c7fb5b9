"""The product page: one variant chosen, the others a link away."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from app.catalogue import queries as catalogue
from app.catalogue.models import Category, Product, Variant
from app.catalogue.queries import IN_SHOP
from app.core.database import db
from app.core.errors import NotFound
from app.inventory import queries as inventory
from app.inventory.stock import StockBadge
from app.storefront.cards import PictureView, ProductCard, make_cards, no_picture, picture_view

RELATED = 4
GALLERY = 4


@dataclass(frozen=True)
class ProductView:
    """`version` is that of name and prices; `status` is "active" but for staff, who look at drafts."""

    id: int
    version: int
    status: str
    name: str
    tagline: str
    description: list[str]
    path: str
    category: Category
    pictures: list[PictureView]
    facts: list[list[str]]
    care: str
    firing: str


@dataclass(frozen=True)
class VariantOption:
    sku: str
    glaze: str
    glaze_hex: str
    size: str
    price_minor: int
    badge: StockBadge
    path: str


@dataclass(frozen=True)
class OptionPill:
    """A glaze or size to choose; it leads to the variant that keeps the other choice where there is one."""

    label: str
    hex: str | None
    path: str
    selected: bool
    sold_out: bool
    sku: str


@dataclass(frozen=True)
class ProductPage:
    product: ProductView
    variants: list[VariantOption]
    selected: VariantOption
    glazes: list[OptionPill]
    sizes: list[OptionPill]
    related: list[ProductCard]


@dataclass(frozen=True)
class GonePage:
    """What is no longer made, with what stands on the same shelf."""

    name: str
    category: Category
    alternatives: list[ProductCard]


def show(slug: str, sku: str | None, *, sees_drafts: bool = False) -> ProductPage | GonePage:
    """Raises NotFound for an unknown product, a SKU that is not of it, and a draft that the viewer may not see."""
    product = catalogue.get_product(slug)
    if product.status == "archived":
        return GonePage(product.name, product.category, related_cards(product))
    if product.status == "draft" and not sees_drafts:
        raise NotFound("There is no such product")
    stock = inventory.find_stock([variant.sku for variant in product.offered])
    options = [
        make_option(variant, stock[variant.sku].badge())
        for variant in product.offered
        if variant.sku in stock
    ]
    retired = {variant.sku for variant in product.variants} - {variant.sku for variant in product.offered}
    selected = choose(options, None if sku in retired else sku)
    return ProductPage(
        product_view(product, selected),
        options,
        selected,
        glaze_pills(options, selected),
        size_pills(options, selected),
        related_cards(product),
    )


def choose(options: list[VariantOption], sku: str | None) -> VariantOption:
    """Without a SKU, the first variant that can be had."""
    if sku is not None:
        for option in options:
            if option.sku == sku:
                return option
        raise NotFound("This product does not come in that variant")
    if not options:
        raise NotFound("This product has no variants")
    return next((option for option in options if option.badge.state in ("in", "low")), options[0])


def make_option(variant: Variant, badge: StockBadge) -> VariantOption:
    return VariantOption(
        variant.sku, variant.glaze, variant.glaze_hex, variant.size, variant.price_minor, badge, variant.path
    )


def product_view(product: Product, selected: VariantOption) -> ProductView:
    pictures = [picture for picture in product.ready_pictures if picture.glaze in (None, selected.glaze)]
    return ProductView(
        product.id,
        product.version,
        product.status,
        product.name,
        product.tagline,
        product.description.split("\n\n"),
        product.path,
        product.category,
        [picture_view(picture) for picture in pictures[:GALLERY]] or [no_picture()],
        product.facts,
        product.care,
        product.firing,
    )


def glaze_pills(options: list[VariantOption], selected: VariantOption) -> list[OptionPill]:
    chosen = one_of_each(options, lambda each: each.glaze, lambda each: each.size == selected.size)
    return [pill(option, option.glaze, option.glaze_hex, option.glaze == selected.glaze) for option in chosen]


def size_pills(options: list[VariantOption], selected: VariantOption) -> list[OptionPill]:
    sized = [option for option in options if option.size]
    chosen = one_of_each(sized, lambda each: each.size, lambda each: each.glaze == selected.glaze)
    return [pill(option, option.size, None, option.size == selected.size) for option in chosen]


def one_of_each(
    options: list[VariantOption], name: Callable[[VariantOption], str], fits: Callable[[VariantOption], bool]
) -> list[VariantOption]:
    """For each name the first variant that fits, or else its first."""
    groups: dict[str, list[VariantOption]] = {}
    for option in options:
        groups.setdefault(name(option), []).append(option)
    return [next(filter(fits, group), group[0]) for group in groups.values()]


def pill(option: VariantOption, label: str, hex_: str | None, selected: bool) -> OptionPill:
    return OptionPill(label, hex_, option.path, selected, option.badge.state in ("out", "back"), option.sku)


def related_cards(product: Product) -> list[ProductCard]:
    """What the shop says goes with it; for the rest, neighbours from the same shelf."""
    chosen = {
        slug: product_id
        for product_id, slug in db.session.execute(
            sa.select(Product.id, Product.slug).where(Product.slug.in_(product.goes_with), IN_SHOP)
        )
    }
    ids = [chosen[slug] for slug in product.goes_with if slug in chosen]
    neighbours = db.session.scalars(
        sa.select(Product.id)
        .order_by(Product.position)
        .limit(RELATED)
        .where(
            IN_SHOP,
            Product.category_id == product.category_id,
            Product.id != product.id,
            Product.id.not_in(ids),
        )
    )
    return make_cards([*ids, *neighbours][:RELATED])
