"""A column of figures out of a spreadsheet: what stands beside each SKU is what is on hand of it."""

from app.core.errors import Invalid
from app.inventory.adjustments import LARGEST_QUANTITY

SEPARATORS = ("\t", ";", ",")


def read_figures(text: str) -> dict[str, int]:
    """What is on hand by SKU, in the order of the lines. Raises Invalid, whose message names the line."""
    figures: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        sku, units = read_line(number, line)
        if sku in figures:
            raise wrong(number, f"{sku} is there twice; keep one")
        figures[sku] = units
    if not figures:
        raise Invalid("Paste one SKU and its figure a line")
    return figures


def read_line(number: int, line: str) -> tuple[str, int]:
    separator = next((mark for mark in SEPARATORS if mark in line), None)
    cells = [cell.strip() for cell in line.split(separator)]
    if len(cells) != 2 or not all(cells):
        raise wrong(number, f"“{line.strip()[:40]}” is not a SKU and a figure")
    sku, units = cells
    if not (units.isascii() and units.isdecimal() and len(units) < 10 and int(units) <= LARGEST_QUANTITY):
        raise wrong(number, f"“{units[:40]}” is not a whole number between 0 and {LARGEST_QUANTITY:,}")
    return sku, int(units)


def wrong(number: int, what: str) -> Invalid:
    return Invalid(f"Line {number}: {what}")
