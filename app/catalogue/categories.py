"""The shelves of the shop: their names, their order, and when what stands on them counts as low."""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.catalogue import events, search
from app.catalogue.editing import note
from app.catalogue.errors import Refused, wrong
from app.catalogue.models import Category, Product
from app.catalogue.products import slugify
from app.core import outbox
from app.core.database import db, transaction
from app.core.errors import NotFound
from app.core.jobs import run_later
from app.security.access import Caller

LONGEST_SLUG = 60


def create_category(name: str, blurb: str, low_threshold: int | None, by: Caller) -> Category:
    with transaction():
        check_name(name)
        category = Category(
            slug=free_slug(name),
            name=name,
            blurb=blurb,
            low_threshold=low_threshold,
            picture="",
            position=(db.session.scalar(sa.select(sa.func.max(Category.position))) or 0) + 1,
        )
        db.session.add(category)
        try:
            db.session.flush()
        except IntegrityError:
            raise wrong("name", "Somebody else just added a category of this name; save again") from None
        note("category.create", f"category:{category.id}", by, after={"low": low_threshold})
    return category


def edit_category(category_id: int, name: str, blurb: str, low_threshold: int | None, by: Caller) -> Category:
    with transaction():
        category = lock_category(category_id)
        check_name(name, but=category)
        low_before, renamed = category.low_threshold, category.name != name
        category.name, category.blurb, category.low_threshold = name, blurb, low_threshold
        db.session.flush()
        if renamed:
            run_later(search.index_category, category.id, queue="bulk")
        if low_before != low_threshold:
            outbox.announce(events.CATEGORY_CHANGED, str(category.id))
        note(
            "category.edit",
            f"category:{category.id}",
            by,
            before={"low": low_before},
            after={"low": low_threshold},
        )
    return category


def move_category(category_id: int, direction: str, by: Caller) -> Category:
    """One place `up` or `down`; at the end it stays."""
    with transaction():
        rows = list(
            db.session.scalars(sa.select(Category).order_by(Category.position, Category.id).with_for_update())
        )
        place = next((place for place, each in enumerate(rows) if each.id == category_id), None)
        if place is None:
            raise NotFound("There is no such category")
        category = rows.pop(place)
        rows.insert(max(0, place - 1) if direction == "up" else place + 1, category)
        for position, each in enumerate(rows):
            each.position = position
        note("category.move", f"category:{category.id}", by, after={"position": category.position})
    return category


def delete_category(category_id: int, by: Caller) -> str:
    """Returns its name. Raises Refused while a product is in it, archived ones too."""
    with transaction():
        category = lock_category(category_id)
        count = (
            db.session.scalar(sa.select(sa.func.count(Product.id)).where(Product.category_id == category.id))
            or 0
        )
        if count:
            raise Refused(
                f"{category.name} holds {count} {'product' if count == 1 else 'products'}. Move them first,"
                " drafts and archived ones too."
            )
        db.session.delete(category)
        try:
            db.session.flush()
        except IntegrityError:
            raise Refused("Somebody just put a product into it.") from None
        note("category.delete", f"category:{category.id}", by)
    return category.name


def lock_category(category_id: int) -> Category:
    category = db.session.get(Category, category_id, with_for_update=True, populate_existing=True)
    if category is None:
        raise NotFound("There is no such category")
    return category


def check_name(name: str, but: Category | None = None) -> None:
    same = db.session.scalar(sa.select(Category).where(sa.func.lower(Category.name) == name.lower()))
    if same is not None and same is not but:
        raise wrong("name", "There is a category of this name already")


def free_slug(name: str) -> str:
    base = slugify(name, LONGEST_SLUG - 4) or "category"
    taken = set(
        db.session.scalars(sa.select(Category.slug).where(Category.slug.startswith(base, autoescape=True)))
    )
    return next(slug for n in range(1, 1000) if (slug := f"{base}-{n}" if n > 1 else base) not in taken)
