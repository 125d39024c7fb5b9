"""Adding products, editing them, and putting them into the shop or out of it."""

import re
import unicodedata
from dataclasses import asdict, dataclass, fields

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.catalogue import events
from app.catalogue.editing import finish, lock_product
from app.catalogue.errors import Difference, Refused, StaleProduct, wrong
from app.catalogue.models import STATUSES, Category, Product
from app.core.database import db, read_now, transaction
from app.security.access import Caller

LONGEST_SLUG = 80
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Basics:
    """What a product says of itself, whatever its variants cost."""

    name: str
    tagline: str
    description: str
    facts: list[list[str]]
    care: str
    firing: str
    category_id: int


LABELS = {
    "name": "Name",
    "tagline": "Tagline",
    "description": "Description",
    "facts": "Facts",
    "care": "Care",
    "firing": "Firing",
    "category_id": "Category",
}


def create_product(basics: Basics, by: Caller, *, slug: str = "") -> Product:
    """A draft, found by nobody but staff. Without a slug, one is made of the name. Raises Invalid."""
    with transaction():
        check_category(basics.category_id)
        product = Product(
            **asdict(basics),
            slug=check_slug(slug) if slug else free_slug(basics.name),
            status="draft",
            version=0,
            position=(db.session.scalar(sa.select(sa.func.max(Product.position))) or 0) + 1,
            created_at=read_now(),
        )
        db.session.add(product)
        try:
            db.session.flush()
        except IntegrityError:
            raise wrong("name", "Somebody else just added a product of this name; save again") from None
        finish(product, "product.create", by, after={"slug": product.slug})
    return product


def edit_product(product_id: int, basics: Basics, by: Caller, *, expect: int | None = None) -> Product:
    """Raises StaleProduct when the product is not at the version that the editor saw and says something else now."""
    with transaction():
        product = lock_product(product_id)
        check_category(basics.category_id)
        changed = [
            each.name for each in fields(basics) if getattr(product, each.name) != getattr(basics, each.name)
        ]
        if expect is not None and product.version != expect and changed:
            raise StaleProduct([difference(product, basics, name) for name in changed])
        if not changed:
            return product
        moved_from = product.category_id
        for name in changed:
            setattr(product, name, getattr(basics, name))
        db.session.flush()
        if product.category_id != moved_from:
            tell_variants(product)
        db.session.refresh(product, ["category"])
        finish(
            product,
            "product.edit",
            by,
            before={"category": moved_from},
            after={"category": product.category_id, "fields": changed},
        )
    return product


def difference(product: Product, basics: Basics, name: str) -> Difference:
    return Difference(LABELS[name], show(name, getattr(product, name)), show(name, getattr(basics, name)))


def show(name: str, value: object) -> str:
    if name == "facts":
        return format_facts(value)  # type: ignore[arg-type]
    if name == "category_id":
        category = db.session.get(Category, value)
        return category.name if category else ""
    return str(value)


def change_status(product_id: int, status: str, by: Caller) -> str:
    """Returns the status before. Raises Refused when there would be nothing to buy."""
    if status not in STATUSES:
        raise wrong("status", "Choose one of the offered states")
    with transaction():
        product = lock_product(product_id)
        before = product.status
        if before == status:
            return before
        if status == "active" and not product.offered:
            raise Refused("Add a variant with a price first: without one there is nothing to buy.")
        product.status = status
        db.session.flush()
        tell_variants(product)
        finish(product, "product.status", by, before={"status": before}, after={"status": status})
    return before


def tell_variants(product: Product) -> None:
    for variant in product.variants:
        events.variant_offer_changed.send(variant_id=variant.id)


def check_category(category_id: int) -> None:
    if db.session.get(Category, category_id) is None:
        raise wrong("category_id", "Choose a category; this one is gone")


def check_slug(slug: str) -> str:
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        raise wrong("slug", "Use small letters, digits and single dashes, 80 at most")
    if is_taken(slug):
        raise wrong("slug", "Another product has this address already")
    return slug


def free_slug(name: str) -> str:
    base = slugify(name) or "product"
    number, slug = 1, base
    while is_taken(slug):
        number += 1
        slug = f"{base[: LONGEST_SLUG - 1 - len(str(number))]}-{number}"
    return slug


def is_taken(slug: str) -> bool:
    return db.session.scalar(sa.select(Product.id).where(Product.slug == slug)) is not None


def slugify(name: str, longest: int = LONGEST_SLUG) -> str:
    plain = (
        unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss")).encode("ascii", "ignore").decode()
    )
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:longest].strip("-")


def format_facts(facts: list[list[str]], separator: str = "\n") -> str:
    return separator.join(f"{label}: {value}" for label, value in facts)


def parse_facts(text: str, separator: str = "\n") -> list[list[str]]:
    """Raises ValueError with a sentence that names the line."""
    facts = []
    for number, line in enumerate(text.split(separator), 1):
        label, colon, value = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        if not (colon and label and value):
            raise ValueError(f"Write fact {number} as a label, a colon and a value: Height: 90 mm")
        if "|" in line:
            raise ValueError(f"Fact {number} has a | in it, which parts facts in files; write it without")
        if len(label) > 40 or len(value) > 120:
            raise ValueError(f"Fact {number} is too long: 40 characters for the label, 120 for the value")
        facts.append([label, value])
    if len(facts) > 20:
        raise ValueError("At most 20 facts")
    return facts
