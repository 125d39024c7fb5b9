"""A file of products as people edit it: one row for each variant, the product's own columns repeated or left empty."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.catalogue.models import SKU, STATUSES, Category, Product
from app.catalogue.prices import format_plain, parse_price
from app.catalogue.products import LONGEST_SLUG, SLUG, format_facts, parse_facts
from app.core.csv_files import CsvRow, write_table
from app.core.database import db

OF_PRODUCT = ("name", "tagline", "description", "category", "status", "facts")
OF_VARIANT = ("glaze", "glaze_hex", "size", "price")
COLUMNS = ("product", "name", "tagline", "description", "category", "status", "sku", *OF_VARIANT, "facts")
LONGEST = {"name": 120, "tagline": 200, "glaze": 40, "size": 40}
LONGEST_CELL = 10_000
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
FACTS = " | "


@dataclass(frozen=True)
class Problem:
    line: int
    column: str
    message: str


@dataclass
class VariantEntry:
    line: int
    sku: str
    values: dict[str, Any]


@dataclass
class ProductEntry:
    """What the file says of one product; `values` has only what a column was there for."""

    line: int
    slug: str
    values: dict[str, Any] = field(default_factory=dict)
    variants: list[VariantEntry] = field(default_factory=list)


def write_sheet() -> str:
    return write_table(COLUMNS, export_rows())


def export_rows() -> Iterator[list[str]]:
    """Every product with what it offers; one that offers nothing has a row without a SKU."""
    products = db.session.scalars(
        sa.select(Product)
        .order_by(Product.position, Product.id)
        .options(selectinload(Product.variants), selectinload(Product.category))
    )
    for product in products:
        head = [product.slug, product.name, product.tagline, product.description, product.category.slug]
        head.append(product.status)
        facts = format_facts(product.facts, FACTS)
        for each in product.offered:
            price = format_plain(each.price_minor)
            yield [*head, each.sku, each.glaze, each.glaze_hex, each.size, price, facts]
        if not product.offered:
            yield [*head, "", "", "", "", "", facts]


def read_entries(rows: Iterable[CsvRow]) -> tuple[list[ProductEntry], list[Problem]]:
    reader = Reader(
        {slug: key for slug, key in db.session.execute(sa.select(Category.slug, Category.id)).all()}
    )
    for row in rows:
        reader.read(row)
    return list(reader.entries.values()), reader.problems


class Reader:
    def __init__(self, categories: dict[str, int]):
        self.entries: dict[str, ProductEntry] = {}
        self.problems: list[Problem] = []
        self._skus: dict[str, int] = {}
        self._parsers: dict[str, Callable[[str], Any]] = {
            "category": lambda text: one_of(
                text, categories, "There is no such category; its address is wanted"
            ),
            "status": lambda text: one_of(
                text.lower(), dict(zip(STATUSES, STATUSES, strict=True)), "Write draft, active or archived"
            ),
            "facts": lambda text: parse_facts(text, FACTS.strip()),
            "price": parse_price,
            "glaze_hex": read_colour,
        }

    def read(self, row: CsvRow) -> None:
        slug = row.cells.get("product", "")
        if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
            self.complain(
                row, "product", "Write the product's address: small letters, digits and single dashes"
            )
            return
        entry = self.entries.setdefault(slug, ProductEntry(row.line, slug))
        self.read_product(row, entry)
        if sku := row.cells.get("sku", ""):
            self.read_variant(row, entry, sku)
        elif any(row.cells.get(column) for column in OF_VARIANT):
            self.complain(row, "sku", "A variant needs a SKU")

    def read_product(self, row: CsvRow, entry: ProductEntry) -> None:
        """A row below the first one of its product may leave cells empty, but not say something else."""
        for column in OF_PRODUCT:
            text = row.cells.get(column)
            is_first = row.line == entry.line
            if text is None or (not text and not is_first):
                continue
            if not text and column in ("name", "category", "status"):
                continue  # an empty cell leaves what is there
            value = self.parse(row, column, text)
            if not is_first and entry.values.get(column) != value:
                self.complain(row, column, f"Line {entry.line} says something else of the same product")
            elif value is not None:
                entry.values[column] = value

    def read_variant(self, row: CsvRow, entry: ProductEntry, sku: str) -> None:
        if not SKU.fullmatch(sku):
            return self.complain(row, "sku", "Use up to 64 letters, digits, dots, dashes and underscores")
        if (line := self._skus.setdefault(sku.lower(), row.line)) != row.line:
            return self.complain(row, "sku", f"Line {line} has this SKU already")
        texts = {column: row.cells[column] for column in OF_VARIANT if column in row.cells}
        values = {
            column: self.parse(row, column, text)
            for column, text in texts.items()
            if text or column == "size"
        }
        values = {column: value for column, value in values.items() if value is not None}
        entry.variants.append(VariantEntry(row.line, sku, values))
        return None

    def parse(self, row: CsvRow, column: str, text: str) -> Any:
        """None for what cannot be right, which is noted."""
        most = LONGEST.get(column, LONGEST_CELL)
        if len(text) > most:
            self.complain(row, column, f"At most {most:,} characters")
            return None
        try:
            return self._parsers.get(column, str)(text)
        except ValueError as error:
            self.complain(row, column, str(error))
            return None

    def complain(self, row: CsvRow, column: str, message: str) -> None:
        self.problems.append(Problem(row.line, column, message))


def one_of(text: str, known: dict[str, Any], otherwise: str) -> Any:
    if text not in known:
        raise ValueError(otherwise)
    return known[text]


def read_colour(text: str) -> str:
    if not COLOUR.fullmatch(text):
        raise ValueError("Write the colour like #2f55b8")
    return text
