"""The variants of a product: what is bought, by SKU and price."""

from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.catalogue import events
from app.catalogue.editing import finish, lock_product
from app.catalogue.errors import Difference, Refused, StaleProduct, wrong
from app.catalogue.models import SKU, Product, Variant
from app.catalogue.prices import format_plain
from app.core import outbox
from app.core.database import db, read_now, transaction
from app.core.errors import NotFound
from app.security.access import Caller


@dataclass(frozen=True)
class VariantValues:
    glaze: str
    glaze_hex: str
    size: str
    price_minor: int


LABELS = {"glaze": "Glaze", "glaze_hex": "Colour", "size": "Size", "price_minor": "Price"}


def add_variant(product_id: int, sku: str, values: VariantValues, by: Caller) -> Variant:
    """Its stock starts at nothing. Raises Invalid for a SKU that is taken or misspelt."""
    with transaction():
        product = lock_product(product_id)
        check_sku(sku)
        check_choice(product, values)
        position = max((each.position for each in product.variants), default=-1) + 1
        variant = Variant(sku=sku, position=position, **asdict(values))
        product.variants.append(variant)
        try:
            db.session.flush()
        except IntegrityError:
            raise wrong("sku", "Somebody else just took this SKU; choose another") from None
        events.variant_added.send(variant_id=variant.id)
        finish(product, "variant.add", by, after={"sku": sku, "price": values.price_minor})
    return variant


def edit_variant(variant_id: int, values: VariantValues, by: Caller, *, expect: int | None = None) -> Variant:
    """The SKU stays: it is what stock, orders and labels know. Raises StaleProduct as `edit_product` does."""
    with transaction():
        product, variant = lock_variant(variant_id)
        check_choice(product, values, but=variant)
        changed = [name for name in LABELS if getattr(variant, name) != getattr(values, name)]
        if expect is not None and product.version != expect and changed:
            raise StaleProduct([difference(variant, values, name) for name in changed])
        if not changed:
            return variant
        before = variant.price_minor
        for name in changed:
            setattr(variant, name, getattr(values, name))
        finish(
            product,
            "variant.edit",
            by,
            before={"sku": variant.sku, "price": before},
            after={"sku": variant.sku, "price": variant.price_minor, "fields": changed},
        )
        if variant.price_minor != before:
            key = f"{variant.id}:{product.version}"
            outbox.announce(events.PRICE_CHANGED, key, before=before, after=variant.price_minor)
    return variant


def difference(variant: Variant, values: VariantValues, name: str) -> Difference:
    theirs, yours = getattr(variant, name), getattr(values, name)
    if name == "price_minor":
        theirs, yours = format_plain(theirs), format_plain(yours)
    return Difference(LABELS[name], theirs, yours)


def retire_variant(variant_id: int, by: Caller) -> Variant:
    """Offer it no more; its stock and its history stay. Raises Refused for the last one of a product in the shop."""
    with transaction():
        product, variant = lock_variant(variant_id)
        if variant.retired_at is not None:
            return variant
        if product.status == "active" and len(product.offered) == 1:
            raise Refused("This is the last variant that can be bought. Archive the product instead.")
        variant.retired_at = read_now()
        change_offer(product, variant, "variant.retire", by)
    return variant


def restore_variant(variant_id: int, by: Caller) -> Variant:
    with transaction():
        product, variant = lock_variant(variant_id)
        if variant.retired_at is None:
            return variant
        values = VariantValues(variant.glaze, variant.glaze_hex, variant.size, variant.price_minor)
        check_choice(product, values, but=variant)
        variant.retired_at = None
        change_offer(product, variant, "variant.restore", by)
    return variant


def change_offer(product: Product, variant: Variant, action: str, by: Caller) -> None:
    db.session.flush()
    events.variant_offer_changed.send(variant_id=variant.id)
    finish(product, action, by, after={"sku": variant.sku})


def lock_variant(variant_id: int) -> tuple[Product, Variant]:
    found = db.session.get(Variant, variant_id)
    if found is None:
        raise NotFound("There is no such variant")
    product = lock_product(found.product_id)
    db.session.refresh(found)
    return product, found


def check_sku(sku: str) -> None:
    """A SKU that differs from another in capitals only would be read as that one on a label."""
    if not SKU.fullmatch(sku):
        raise wrong("sku", "Use up to 64 letters, digits, dots, dashes and underscores")
    other = db.session.scalar(sa.select(Variant).where(sa.func.lower(Variant.sku) == sku.lower()))
    if other is not None:
        raise wrong("sku", f"{other.sku} is a variant of {other.product.name} already")


def check_choice(product: Product, values: VariantValues, but: Variant | None = None) -> None:
    """Shoppers choose by glaze and size, so no two that are offered may be the same."""
    for each in product.offered:
        if each is not but and (each.glaze.casefold(), each.size.casefold()) == (
            values.glaze.casefold(),
            values.size.casefold(),
        ):
            raise wrong("glaze", f"{each.sku} is in this glaze and size already; give this one another")
