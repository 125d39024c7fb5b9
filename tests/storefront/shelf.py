"""Products with several variants, and a shelf as its page reads it."""

from datetime import date

from werkzeug.datastructures import MultiDict

from app.catalogue.models import Product, Variant
from app.catalogue.search import index_product
from app.core.database import db, transaction
from app.inventory.models import StockLevel
from app.storefront.listing import Listing, list_shelf
from tests.factories import add_stock, make_category

PATH = "/categories/tableware"


def add_variant(
    product: Product,
    sku: str,
    *,
    glaze: str = "Chalk",
    size: str = "",
    price: int = 2400,
    stock: int = 4,
    back_on: date | None = None,
) -> None:
    with transaction():
        variant = Variant(
            sku=sku,
            glaze=glaze,
            glaze_hex="#224466",
            size=size,
            price_minor=price,
            position=len(product.variants),
        )
        product.variants.append(variant)
        db.session.flush()
        index_product(product)
        add_stock(variant, stock)
        db.session.query(StockLevel).filter_by(variant_id=variant.id).update({"expected_on": back_on})


def change(row: object, **values: object) -> None:
    with transaction():
        for name, value in values.items():
            setattr(row, name, value)


def read_shelf(*pairs: tuple[str, str]) -> Listing:
    """The category of `make_product`, asked for with these query arguments."""
    return list_shelf(PATH, MultiDict(pairs), category_id=make_category().id)


def names_of(listing: Listing) -> list[str]:
    return [card.name for card in listing.cards]


def counts_of(listing: Listing, name: str) -> dict[str, int | None]:
    groups = {group.name: group.options for group in listing.filters}
    return {option.value: option.count for option in groups.get(name, [])}
