"""Filling an empty shop with the demo: products, drawn pictures, stock with a history, and accounts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from app.catalogue.models import Category, Picture, Product, Variant
from app.catalogue.search import index_product
from app.core import clock
from app.core.database import db, now_ms, transaction
from app.core.errors import Forbidden
from app.demo import desk, drawing
from app.demo.accounts import DEMO_ACCOUNTS, NAMES
from app.demo.assortment import (
    ASSORTMENT,
    CATEGORIES,
    RELATED,
    USUAL_LOW_THRESHOLD,
    DemoProduct,
    DemoVariant,
    describe,
)
from app.demo.drawing import GLAZES
from app.demo.drawing.pictures import HEIGHT, WIDTH
from app.demo.sales_history import add_past
from app.inventory.ledger import Change, Origin, apply
from app.inventory.models import Location, StockLevel
from app.security.users import create_user

NEW_FOR_MS = 45 * 24 * 3600 * 1000
SIZES = {"": "", "S": "Small", "M": "Medium", "L": "Large"}
STUDIO = "studio"
SEEDED = Origin("seed", "Opening stock")
# The first variant of these sold out and came back, so that a new shop has something to show for it.
CAME_BACK = ("quay-mug", "furrow-vase", "lantern-lamp", "hearth-candle")


def seed_shop() -> bool:
    """Fill an empty shop; False when it has products already. All in one transaction, so it is there whole or not.

    Pictures are drawn for a shop without any, too: its database may come from a backup, which has none.
    """
    if current_app.config["SETTINGS"].is_production:
        raise Forbidden("The demo's passwords are known to everybody; it is not for production")
    is_empty = db.session.scalar(sa.select(Product.id).limit(1)) is None
    media = current_app.config["SETTINGS"].data_path / "media"
    if is_empty or not any(media.glob("*")):
        draw_pictures(media)
    if is_empty:
        fill_shop()
    return is_empty


def fill_shop() -> None:
    with left_to_the_sweep(), transaction():
        location = Location(code=STUDIO, name="Studio shelf")
        db.session.add(location)
        categories = add_categories()
        levels = [
            level
            for position, product in enumerate(ASSORTMENT)
            for level in add_product(product, categories[product.category], position, location)
        ]
        add_past(levels)
        for role, email, password in DEMO_ACCOUNTS:
            create_user(email, NAMES[email.split("@")[0]], role, password)
        desk.fill_desk()


@contextmanager
def left_to_the_sweep() -> Iterator[None]:
    """The clock publishes all of it once the processes are up."""
    delivers = current_app.config.get("OUTBOX_DELIVERS", True)
    current_app.config["OUTBOX_DELIVERS"] = False
    try:
        yield
    finally:
        current_app.config["OUTBOX_DELIVERS"] = delivers


def draw_pictures(media: Path) -> None:
    media.mkdir(parents=True, exist_ok=True)
    (media / "hero.svg").write_text(drawing.draw_hero())
    for category in CATEGORIES:
        (media / f"category-{category.slug}.svg").write_text(drawing.draw_category(category.slug))
    for product in ASSORTMENT:
        for name, svg in pictures_of(product).items():
            (media / name).write_text(svg)


def pictures_of(product: DemoProduct) -> dict[str, str]:
    drawn = {
        main_file(product, glaze): drawing.draw_main(product.shape, glaze, product.seed)
        for glaze in product.glazes
    }
    drawn |= {
        detail_file(product, glaze): drawing.draw_detail(product.shape, glaze, product.seed)
        for glaze in product.glazes
    }
    drawn[f"{product.slug}-size.svg"] = drawing.draw_dimensions(
        product.shape, product.height_mm, product.width_mm
    )
    drawn[f"{product.slug}-shelf.svg"] = drawing.draw_scene(product.shape, product.glazes[0], product.seed)
    return drawn


def main_file(product: DemoProduct, glaze: str) -> str:
    return f"{product.slug}-{glaze}.svg"


def detail_file(product: DemoProduct, glaze: str) -> str:
    return f"{product.slug}-{glaze}-close.svg"


def add_categories() -> dict[str, Category]:
    rows = {
        entry.slug: Category(
            slug=entry.slug,
            name=entry.name,
            blurb=entry.blurb,
            position=position,
            picture=f"category-{entry.slug}.svg",
        )
        for position, entry in enumerate(CATEGORIES)
    }
    db.session.add_all(rows.values())
    return rows


def add_product(
    entry: DemoProduct, category: Category, position: int, location: Location
) -> list[tuple[int, DemoVariant, bool]]:
    """Returns its levels, each with what it is of and whether it is new."""
    product = Product(
        slug=entry.slug,
        name=entry.name,
        tagline=entry.tagline,
        description=entry.description,
        category=category,
        care=entry.care,
        firing=entry.firing,
        goes_with=list(RELATED.get(entry.slug, ())),
        position=position,
        created_at=clock.now_ms() - position,
        new_until=clock.now_ms() + NEW_FOR_MS if entry.is_new else None,
        facts=[
            ["Height", f"{entry.height_mm} mm"],
            ["Width", f"{entry.width_mm} mm"],
            ["Weight", f"{entry.weight_g} g"],
        ],
    )
    product.variants = [
        Variant(
            sku=variant.sku,
            glaze=GLAZES[variant.glaze].label,
            glaze_hex=GLAZES[variant.glaze].base,
            size=SIZES[variant.size],
            price_minor=variant.price_minor,
            position=number,
        )
        for number, variant in enumerate(entry.variants)
    ]
    product.pictures = list(add_pictures(entry))
    db.session.add(product)
    db.session.flush()  # levels and search terms take ids
    index_product(product)
    levels = []
    for variant, row in zip(entry.variants, product.variants, strict=True):
        level = add_level(variant, row, location)
        add_stock(variant, level, came_back=entry.slug in CAME_BACK and row.position == 0)
        levels.append((level.id, variant, entry.is_new))
    return levels


def add_pictures(entry: DemoProduct) -> list[Picture]:
    """In the order of the gallery; those with a glaze show only for variants in it."""
    first = entry.glazes[0]
    plan: list[tuple[str | None, str, str]] = [
        (glaze, main_file(entry, glaze), describe(entry, glaze)) for glaze in entry.glazes
    ]
    plan += [(glaze, detail_file(entry, glaze), describe(entry, glaze, "detail")) for glaze in entry.glazes]
    plan += [
        (None, f"{entry.slug}-size.svg", describe(entry, first, "dimensions")),
        (None, f"{entry.slug}-shelf.svg", describe(entry, first, "scene")),
    ]
    return [
        Picture(
            glaze=GLAZES[glaze].label if glaze else None,
            file=file,
            alt=alt,
            width=WIDTH,
            height=HEIGHT,
            position=number,
        )
        for number, (glaze, file, alt) in enumerate(plan)
    ]


def add_level(entry: DemoVariant, variant: Variant, location: Location) -> StockLevel:
    expected = clock.now().date() + timedelta(days=entry.back_on) if entry.back_on is not None else None
    level = StockLevel(
        variant_id=variant.id,
        location_id=location.id,
        low_threshold=USUAL_LOW_THRESHOLD if entry.low_threshold is None else entry.low_threshold,
        expected_on=expected,
        updated_at=now_ms(),
    )
    db.session.add(level)
    db.session.flush()  # the ledger takes the id
    return level


def add_stock(entry: DemoVariant, level: StockLevel, *, came_back: bool) -> None:
    if came_back:
        apply(level.id, entry.sku, Change("opening", on_hand=1), SEEDED)
        apply(level.id, entry.sku, Change("sale", on_hand=-1), Origin("seed", "The last one"))
        apply(level.id, entry.sku, Change("receive", on_hand=entry.on_hand), Origin("seed", "From the kiln"))
    elif entry.on_hand:
        apply(level.id, entry.sku, Change("opening", on_hand=entry.on_hand), SEEDED)
