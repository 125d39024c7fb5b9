"""A shelf of products: filtered, sorted and paged by what stands in the URL, with counts for what else could be chosen."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from app.catalogue.models import Product, Variant
from app.core.database import db
from app.core.errors import NotFound
from app.core.fragments import money
from app.inventory.models import StockLevel
from app.storefront.cards import ProductCard, make_cards

PAGE_SIZE = 24
PAGES_AROUND = 2
PRICE_BANDS = ((0, 3000), (3000, 6000), (6000, 12000), (12000, None))


@dataclass(frozen=True)
class Row:
    """What filters and sorting need to know of one product. Prices in minor units."""

    id: int
    name: str
    position: int
    created_at: int
    least: int
    most: int
    glazes: dict[str, str]
    in_stock: bool


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    selected: bool
    count: int | None = None
    hex: str | None = None


@dataclass(frozen=True)
class FilterGroup:
    name: str
    label: str
    options: list[Option]


@dataclass(frozen=True)
class Chip:
    label: str
    remove_path: str


@dataclass(frozen=True)
class PageLink:
    """`number` is None for a gap."""

    number: int | None
    path: str
    current: bool


@dataclass(frozen=True)
class Listing:
    cards: list[ProductCard]
    total: int
    page: int
    pages: int
    page_links: list[PageLink]
    prev_path: str | None
    next_path: str | None
    sort: list[Option]
    filters: list[FilterGroup]
    chips: list[Chip]
    clear_path: str


@dataclass(frozen=True)
class Choice:
    """One thing that can be ticked: it keeps the rows that `keeps` says."""

    value: str
    label: str
    keeps: Callable[[Row], bool]
    hex: str | None = None


SORTS: dict[str, tuple[str, Callable[[Row], Any]]] = {
    "featured": ("Featured", lambda row: row.position),
    "new": ("Newest first", lambda row: (-row.created_at, row.position)),
    "price": ("Price, low to high", lambda row: (row.least, row.position)),
    "-price": ("Price, high to low", lambda row: (-row.least, row.position)),
    "name": ("Name", lambda row: row.name.casefold()),
}


def list_shelf(path: str, arguments: "MultiDict[str, str]", *, category_id: int | None = None,
               found: list[int] | None = None) -> Listing:
    """The products of a category, or those that a search found (in its order). Raises NotFound past the last page."""
    rows = read_rows(category_id, found)
    groups = choices(rows)
    chosen = {name: [choice for choice in group if choice.value in arguments.getlist(name)] for name, group in groups.items()}
    matching = [row for row in rows if all(keeps(row, options) for options in chosen.values())]
    links = Links(path, arguments, chosen)
    sort = arguments.get("sort", "")
    if sort in SORTS:
        matching.sort(key=SORTS[sort][1])
    page, pages = page_number(arguments), max(1, -(-len(matching) // PAGE_SIZE))
    if page > pages:
        raise NotFound(f"There are only {pages} pages")
    shown = matching[(page - 1) * PAGE_SIZE:page * PAGE_SIZE]
    return Listing(
        cards=make_cards([row.id for row in shown]), total=len(matching), page=page, pages=pages,
        page_links=page_links(page, pages, links), prev_path=links.page(page - 1) if page > 1 else None,
        next_path=links.page(page + 1) if page < pages else None, sort=sort_options(sort, found is not None),
        filters=filter_groups(groups, chosen, rows), clear_path=links.clear(),
        chips=[Chip(choice.label, links.without(name, choice.value)) for name, options in chosen.items() for choice in options])


def keeps(row: Row, options: list[Choice]) -> bool:
    return not options or any(choice.keeps(row) for choice in options)


def page_number(arguments: "MultiDict[str, str]") -> int:
    text = arguments.get("page", "1")
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:6]):
        raise NotFound("There is no such page")
    return int(text[:6])


def read_rows(category_id: int | None, found: list[int] | None) -> list[Row]:
    available = StockLevel.on_hand + StockLevel.backorder_limit - StockLevel.reserved - StockLevel.unavailable
    statement = (sa.select(Product.id, Product.name, Product.position, Product.created_at, Variant.price_minor,
                           Variant.glaze, Variant.glaze_hex, sa.func.sum(available))
                 .join(Variant, Variant.product_id == Product.id).join(StockLevel, StockLevel.variant_id == Variant.id)
                 .group_by(Product.id, Variant.id).order_by(Product.position, Variant.position))
    statement = statement.where(Product.category_id == category_id) if found is None else statement.where(Product.id.in_(found))
    rows: dict[int, Row] = {}
    for product_id, name, position, created_at, price, glaze, glaze_hex, left in db.session.execute(statement):
        row = rows.get(product_id) or Row(product_id, name, position, created_at, price, price, {}, False)
        rows[product_id] = Row(product_id, name, position, created_at, min(row.least, price), max(row.most, price),
                               row.glazes | {glaze: glaze_hex}, row.in_stock or left > 0)
    return list(rows.values()) if found is None else [rows[key] for key in found if key in rows]


def choices(rows: Collection[Row]) -> dict[str, list[Choice]]:
    glazes = dict(sorted({pair for row in rows for pair in row.glazes.items()}))
    return {
        "stock": [Choice("now", "In stock now", lambda row: row.in_stock)],
        "glaze": [Choice(glaze, glaze, lambda row, glaze=glaze: glaze in row.glazes, hex_)  # type: ignore[misc]
                  for glaze, hex_ in glazes.items()],
        "price": [Choice(f"{low // 100}-{high // 100 if high else ''}", band_label(low, high),
                         lambda row, low=low, high=high: row.most >= low and (high is None or row.least < high))  # type: ignore[misc]
                  for low, high in PRICE_BANDS],
    }


def band_label(low: int, high: int | None) -> str:
    if low == 0:
        return f"Under {money(high or 0)}"
    return f"{money(low)} to {money(high)}" if high else f"From {money(low)}"


def filter_groups(groups: dict[str, list[Choice]], chosen: dict[str, list[Choice]], rows: list[Row]) -> list[FilterGroup]:
    """Each count says what would be there with this choice and the choices of the other groups."""
    labels = {"stock": "Availability", "glaze": "Glaze", "price": "Price"}
    result = []
    for name, group in groups.items():
        others = [options for other, options in chosen.items() if other != name]
        base = [row for row in rows if all(keeps(row, options) for options in others)]
        options = [Option(choice.value, choice.label, choice in chosen[name], sum(map(choice.keeps, base)), choice.hex)
                   for choice in group]
        result.append(FilterGroup(name, labels[name], [option for option in options if option.count or option.selected]))
    return [group for group in result if group.options]


def sort_options(sort: str, is_search: bool) -> list[Option]:
    first = [Option("", "Best match", sort not in SORTS)] if is_search else []
    known = [(value, label) for value, (label, _) in SORTS.items() if not (is_search and value == "featured")]
    return first + [Option(value, label, sort == value or (not is_search and value == "featured" and sort not in SORTS))
                    for value, label in known]


class Links:
    """Addresses of this shelf with something changed; going back to page 1 unless it is the page that changes."""

    def __init__(self, path: str, arguments: "MultiDict[str, str]", chosen: dict[str, list[Choice]]):
        self._path = path
        self._kept = [(name, arguments[name]) for name in ("q", "sort") if arguments.get(name)]
        self._chosen = [(name, choice.value) for name, options in chosen.items() for choice in options]

    def page(self, number: int) -> str:
        return self._to(self._kept + self._chosen + ([("page", str(number))] if number > 1 else []))

    def without(self, name: str, value: str) -> str:
        return self._to(self._kept + [pair for pair in self._chosen if pair != (name, value)])

    def clear(self) -> str:
        return self._to(self._kept)

    def _to(self, pairs: list[tuple[str, str]]) -> str:
        return f"{self._path}?{urlencode(pairs)}" if pairs else self._path


def page_links(page: int, pages: int, links: Links) -> list[PageLink]:
    wanted = sorted({1, pages, *range(max(1, page - PAGES_AROUND), min(pages, page + PAGES_AROUND) + 1)})
    result: list[PageLink] = []
    for number in wanted:
        if result and result[-1].number is not None and number > result[-1].number + 1:
            result.append(PageLink(None, "", False))
        result.append(PageLink(number, links.page(number), number == page))
    return result
