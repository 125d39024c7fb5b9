"""A shelf of products: filtered, sorted and paged by what stands in the URL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from app.core.errors import NotFound
from app.storefront.cards import ProductCard, make_cards
from app.storefront.filters import Choice, FilterGroup, Option, Row, choices, filter_groups, keeps, read_rows

PAGE_SIZE = 24
PAGES_AROUND = 2


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


SORTS: dict[str, tuple[str, Callable[[Row], Any]]] = {
    "featured": ("Featured", lambda row: row.position),
    "new": ("Newest first", lambda row: (-row.created_at, row.position)),
    "price": ("Price, low to high", lambda row: (row.least, row.position)),
    "-price": ("Price, high to low", lambda row: (-row.least, row.position)),
    "name": ("Name", lambda row: row.name.casefold()),
}


def list_shelf(
    path: str,
    arguments: "MultiDict[str, str]",
    *,
    category_id: int | None = None,
    found: list[int] | None = None,
) -> Listing:
    """The products of a category, or those that a search found (in its order). Raises NotFound past the last page."""
    rows = read_rows(category_id, found)
    groups = choices(rows)
    chosen = {
        name: [choice for choice in group if choice.value in arguments.getlist(name)]
        for name, group in groups.items()
    }
    matching = [row for row in rows if all(keeps(row, options) for options in chosen.values())]
    links = Links(path, arguments, chosen)
    sort = known_sort(arguments.get("sort", ""), found is not None)
    if sort:
        matching.sort(key=SORTS[sort][1])
    page, pages = page_number(arguments), max(1, -(-len(matching) // PAGE_SIZE))
    if page > pages:
        raise NotFound(f"There are only {pages} pages")
    shown = matching[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Listing(
        cards=make_cards([row.id for row in shown]),
        total=len(matching),
        page=page,
        pages=pages,
        page_links=page_links(page, pages, links),
        prev_path=links.page(page - 1) if page > 1 else None,
        next_path=links.page(page + 1) if page < pages else None,
        sort=sort_options(sort, found is not None),
        filters=filter_groups(groups, chosen, rows),
        clear_path=links.clear(),
        chips=[
            Chip(choice.label, links.without(name, choice.value))
            for name, options in chosen.items()
            for choice in options
        ],
    )


def page_number(arguments: "MultiDict[str, str]") -> int:
    text = arguments.get("page", "1")
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:6]):
        raise NotFound("There is no such page")
    return int(text[:6])


def known_sort(sort: str, is_search: bool) -> str:
    """Empty for what is not offered: then a search keeps its best matches first, and a shelf its own order."""
    offered = [value for value in SORTS if not (is_search and value == "featured")]
    return sort if sort in offered else ""


def sort_options(sort: str, is_search: bool) -> list[Option]:
    first = [Option("", "Best match", not sort)] if is_search else []
    known = [(value, label) for value, (label, _) in SORTS.items() if not (is_search and value == "featured")]
    return first + [
        Option(value, label, sort == value or (not is_search and value == "featured" and not sort))
        for value, label in known
    ]


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
