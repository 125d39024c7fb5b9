"""Changing one figure where it stands in the list: `43` sets it, `+5` and `-3` change it."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from app.core.errors import Invalid
from app.inventory import queries
from app.inventory.adjustments import LARGEST_QUANTITY, change_stock
from app.inventory.ledger import Figures, Origin

TYPED = re.compile(r"([+\-−–]?)\s*([0-9]{1,9})")
HOW = "Type a whole number to set it, +5 to add or -3 to take out"


@dataclass(frozen=True)
class Edit:
    operation: Literal["set", "add", "remove"]
    units: int


def read_edit(typed: str) -> Edit:
    """Raises Invalid. Dashes and minus signs that a phone or a spreadsheet writes mean the same."""
    match = TYPED.fullmatch(typed.strip().replace(",", ""))
    if not match:
        raise Invalid(HOW)
    sign, digits = match.groups()
    units = int(digits)
    if units > LARGEST_QUANTITY:
        raise Invalid(f"At most {LARGEST_QUANTITY:,}")
    if sign and not units:
        raise Invalid("That changes nothing; type at least 1 after the sign")
    return Edit("add" if sign == "+" else "remove" if sign else "set", units)


def edit_on_hand(
    sku: str, edit: Edit, origin: Origin, *, location: str | None, shown: int, version: int
) -> Figures:
    """Call inside transaction(). Raises as `change_stock`; StaleVersion only for a figure that was set elsewhere.

    A hold moves the version too, but not what is on the shelf: `shown` is still true then, and so is the count.
    """
    if edit.operation != "set":
        return change_stock(sku, edit.operation, edit.units, origin, location=location)
    if queries.get_level(sku, location).on_hand == shown:
        version = queries.get_stock(sku).version
    return change_stock(sku, "set", edit.units, origin, location=location, expect=version)


def named(origin: Origin, name: str) -> Origin:
    """With a source, by which it can be undone."""
    return replace(origin, source=f"edit:{name}")
