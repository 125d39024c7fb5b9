"""What an import would do: each change from what is there to what the file says, and what stands in its way."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.catalogue.imports.sheet import FACTS, Problem, ProductEntry, VariantEntry
from app.catalogue.models import Category, Product, Variant
from app.catalogue.prices import format_plain
from app.catalogue.products import format_facts
from app.core.database import db

BATCH = 200
WANTED = ("glaze", "glaze_hex", "price")
LABELS = {
    "name": "Name",
    "tagline": "Tagline",
    "description": "Description",
    "category": "Category",
    "status": "Status",
    "facts": "Facts",
    "glaze": "Glaze",
    "glaze_hex": "Colour",
    "size": "Size",
    "price": "Price",
}


@dataclass(frozen=True)
class Change:
    """`values` are (label, before, after); before is empty for what is new."""

    line: int
    what: str
    name: str
    sku: str
    values: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Plan:
    changes: list[Change]
    problems: list[Problem]

    @property
    def fingerprint(self) -> str:
        """Of all that is promised, so that nothing else is done than what was looked at."""
        return hashlib.sha256(repr(self.changes).encode()).hexdigest()


def plan(entries: Sequence[ProductEntry], problems: Iterable[Problem]) -> Plan:
    changes, wrong = [], list(problems)
    names = {key: name for key, name in db.session.execute(sa.select(Category.id, Category.name)).all()}
    for start in range(0, len(entries), BATCH):
        batch = entries[start : start + BATCH]
        products = find_products(batch)
        owners = find_owners(batch)
        for entry in batch:
            comparison = Comparison(entry, products.get(entry.slug), owners, names)
            changes += comparison.changes
            wrong += comparison.problems
    return Plan(changes, sorted(wrong, key=lambda each: each.line))


def find_products(entries: Sequence[ProductEntry]) -> dict[str, Product]:
    rows = db.session.scalars(
        sa.select(Product)
        .where(Product.slug.in_([entry.slug for entry in entries]))
        .options(selectinload(Product.variants))
        .execution_options(populate_existing=True)
    )
    return {product.slug: product for product in rows}


def find_owners(entries: Sequence[ProductEntry]) -> dict[str, tuple[str, str]]:
    """By SKU in small letters: how it is spelt and the product it is of."""
    skus = [each.sku.lower() for entry in entries for each in entry.variants]
    rows = db.session.execute(
        sa.select(Variant.sku, Product.slug).join(Variant.product).where(sa.func.lower(Variant.sku).in_(skus))
    )
    return {sku.lower(): (sku, slug) for sku, slug in rows.all()}


class Comparison:
    """One product of the file against the one in the shop, if there is one."""

    def __init__(
        self,
        entry: ProductEntry,
        product: Product | None,
        owners: dict[str, tuple[str, str]],
        categories: dict[int, str],
    ):
        self.entry, self.product, self.categories = entry, product, categories
        self.changes: list[Change] = []
        self.problems: list[Problem] = []
        self.known = {variant.sku: variant for variant in product.variants} if product else {}
        self.name = entry.values.get("name") or (product.name if product else entry.slug)
        self.compare_product()
        for variant in entry.variants:
            self.compare_variant(variant, owners.get(variant.sku.lower()))
        self.check_offer()

    def compare_product(self) -> None:
        if self.product is None:
            for column in ("name", "category"):
                if column not in self.entry.values:
                    self.complain(self.entry.line, column, "A new product needs it")
        shown = {name: self.show(name, value) for name, value in self.entry.values.items()}
        before = {name: self.show(name, self.stored(name)) if self.product else "" for name in shown}
        self.add(self.entry.line, "" if self.product else "New product", "", before, shown)

    def stored(self, name: str) -> object:
        return getattr(self.product, "category_id" if name == "category" else name)

    def compare_variant(self, entry: VariantEntry, owner: tuple[str, str] | None) -> None:
        if owner and owner[1] != self.entry.slug:
            return self.complain(entry.line, "sku", f"{owner[0]} is a variant of {owner[1]} already")
        if owner and owner[0] != entry.sku:
            return self.complain(entry.line, "sku", f"This SKU is spelt {owner[0]}")
        variant = self.known.get(entry.sku)
        if variant is None:
            for column in WANTED:
                if column not in entry.values:
                    self.complain(entry.line, column, "A new variant needs it")
        elif variant.retired_at is not None:
            return self.complain(
                entry.line, "sku", "This variant is retired. Restore it on its product's page first."
            )
        shown = {name: self.show(name, value) for name, value in entry.values.items()}
        before = {name: self.show(name, stored_of(variant, name)) if variant else "" for name in shown}
        return self.add(entry.line, "" if variant else "New variant", entry.sku, before, shown)

    def add(self, line: int, new: str, sku: str, before: dict[str, str], after: dict[str, str]) -> None:
        values = [(LABELS[name], before[name], after[name]) for name in after if before[name] != after[name]]
        if values or new:
            self.changes.append(Change(line, new or "Edit", self.name, sku, values))

    def check_offer(self) -> None:
        """What there will be: something to buy where it is in the shop, and no two variants alike."""
        offered = {
            sku: (each.glaze, each.size) for sku, each in self.known.items() if each.retired_at is None
        }
        for each in self.entry.variants:
            glaze, size = offered.get(each.sku, ("", ""))
            offered[each.sku] = (each.values.get("glaze", glaze), each.values.get("size", size))
        twice = {pair for pair, count in Counter(map(folded, offered.values())).items() if count > 1}
        for each in self.entry.variants:
            if folded(offered[each.sku]) in twice:
                self.complain(each.line, "glaze", "Another variant of this product has this glaze and size")
        if self.entry.values.get("status") == "active" and not offered:
            self.complain(
                self.entry.line, "status", "Without a variant there is nothing to buy; leave it a draft"
            )

    def show(self, name: str, value: object) -> str:
        if name == "category":
            return self.categories.get(value, "")  # type: ignore[call-overload]
        if name == "facts":
            return format_facts(value, FACTS)  # type: ignore[arg-type]
        return format_plain(value) if name == "price" else str(value)  # type: ignore[arg-type]

    def complain(self, line: int, column: str, message: str) -> None:
        self.problems.append(Problem(line, column, message))


def folded(pair: tuple[str, str]) -> tuple[str, str]:
    return pair[0].casefold(), pair[1].casefold()


def stored_of(variant: Variant | None, name: str) -> object:
    return getattr(variant, "price_minor" if name == "price" else name)
