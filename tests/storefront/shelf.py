"""A shelf as its page reads it."""

from werkzeug.datastructures import MultiDict

from app.core.database import transaction
from app.storefront.listing import Listing, list_shelf
from tests.factories import make_category

PATH = "/categories/tableware"


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
