"""All that somebody can choose: categories by channels, as a page or a program shows it."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from app.core.database import db
from app.notifications.categories import Category, Channel, list_categories
from app.notifications.choices import preferences
from app.security.models import User


@dataclass(frozen=True)
class Cell:
    """`name` is what a form calls it. A fixed one cannot be switched off."""

    name: str
    channel: Channel
    enabled: bool
    fixed: bool


@dataclass(frozen=True)
class Row:
    """A cell for each channel of the table; None where the category has no such channel."""

    category: Category
    cells: tuple[Cell | None, ...]


def role_of(subject: str) -> str:
    kind, _, public_id = subject.partition(":")
    found = (
        db.session.scalar(sa.select(User.role).where(User.public_id == public_id)) if kind == "user" else None
    )
    return found or "guest"


def channels_shown(subject: str) -> tuple[Channel, ...]:
    """Those that the shop has; mails only for who has an account, since a guest has no address."""
    settings = current_app.config["SETTINGS"]
    shown: list[Channel] = ["page"]
    if settings.PUSH_ENABLE_WEB_PUSH:
        shown.append("push")
    if settings.PUSH_ENABLE_EMAIL_FALLBACK and subject.startswith("user:"):
        shown.append("email")
    return tuple(shown)


def read_table(subject: str) -> list[Row]:
    stored, shown = preferences.stored_of(subject), channels_shown(subject)
    return [
        Row(each, tuple(make_cell(each, channel, stored.get(each.name, {})) for channel in shown))
        for each in list_categories(role_of(subject))
    ]


def make_cell(category: Category, channel: Channel, chosen: preferences.Stored) -> Cell | None:
    if channel not in preferences.channels_for(category):
        return None
    fixed = channel == "page" and category.kind == "transactional"
    enabled = channel in preferences.apply(category, chosen)
    return Cell(f"{category.name}:{channel}", channel, enabled, fixed)


def choose(subject: str, changes: Collection[tuple[str, bool]], source: str) -> None:
    """Inside the running transaction; `changes` are names of cells and what they are to be. What is not in the table of
    this subject, or is so already, stays.
    """
    cells = {cell.name: (row, cell) for row in read_table(subject) for cell in row.cells if cell}
    for name, enabled in changes:
        row, cell = cells.get(name, (None, None))
        if row and cell and not cell.fixed and cell.enabled != enabled:
            preferences.set_preference(subject, row.category.name, cell.channel, enabled, source)
