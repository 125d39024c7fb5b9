"""What a sheet would do: each row compared with the figures of now. Reads only."""

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa
from rapidfuzz import process

from app.catalogue.models import Variant
from app.core.csv_files import CsvRow, UnreadableFile
from app.core.database import db
from app.inventory.adjustments import LARGEST_QUANTITY
from app.inventory.imports.figures import Figure, read_figures
from app.inventory.imports.sheet import Sheet
from app.inventory.models import Location

NUMBER = re.compile(r"[0-9]{1,9}")
CHANGE = re.compile(r"[+-]?[0-9]{1,9}")
MOST_SUGGESTIONS = 25
LIKE_ENOUGH = 75
LONGEST_REASON = 200

Outcome = Literal["wrong", "change", "equal"]
ORDER = ("wrong", "change", "equal")


@dataclass(frozen=True)
class Row:
    """One row of the file and what it would do. `counted` says that on_hand was given, not a change of it.

    A counted row is applied only where on hand is still `before`: a sale after the preview is never overwritten.
    """

    line: int
    sku: str
    location: str = ""
    level_id: int = 0
    before: int | None = None
    after: int | None = None
    counted: bool = False
    threshold_before: int | None = None
    threshold_after: int | None = None
    version: int | None = None
    reason: str = ""
    problem: str = ""

    @property
    def delta(self) -> int:
        return 0 if self.before is None or self.after is None else self.after - self.before

    @property
    def moves_threshold(self) -> bool:
        return self.threshold_after is not None and self.threshold_after != self.threshold_before

    @property
    def outcome(self) -> Outcome:
        if self.problem:
            return "wrong"
        return "change" if self.delta or self.moves_threshold else "equal"


class Wrong(Exception):
    """Why a row cannot be taken over, and what to do."""


def plan_rows(sheet: Sheet) -> list[Row]:
    """Wrong rows first, then those that change something, in the order of the file. Raises UnreadableFile."""
    locations = list(db.session.scalars(sa.select(Location.code).order_by(Location.id)).all())
    if "location" not in sheet.columns and len(locations) > 1:
        raise UnreadableFile(f"The column location is missing; there are {', '.join(locations)}")
    figures = read_figures({row.cells.get("sku", "") for row in sheet.rows})
    planner = Planner(figures, locations)
    rows = [planner.plan(row) for row in sheet.rows]
    return sorted(rows, key=lambda row: (ORDER.index(row.outcome), row.line))


class Planner:
    """Plans the rows of one file in their order."""

    def __init__(self, figures: dict[tuple[str, str], Figure], locations: list[str]):
        self._figures = figures
        self._locations = locations
        self._known = {sku for sku, _ in figures}
        self._lines: dict[tuple[str, str], int] = {}
        self._all_skus: list[str] | None = None
        self._suggested = 0

    def plan(self, sheet_row: CsvRow) -> Row:
        cells = sheet_row.cells
        row = Row(sheet_row.line, cells.get("sku", "")[:64], cells.get("location", "")[:20])
        try:
            figure = self._find(row)
            row = replace(row, level_id=figure.level_id, location=figure.location, before=figure.on_hand)
            return fill_in(row, cells, figure)
        except Wrong as wrong:
            return replace(row, problem=str(wrong))

    def _find(self, row: Row) -> Figure:
        if not row.sku:
            raise Wrong("The SKU is missing")
        if row.sku not in self._known:
            raise Wrong(f"No product has this SKU{self._suggest(row.sku)}")
        location = row.location or (self._locations[0] if len(self._locations) == 1 else "")
        if not location:
            raise Wrong(f"Say which location: {', '.join(self._locations)}")
        if location not in self._locations:
            raise Wrong(f"There is no location {location}; there are {', '.join(self._locations)}")
        if (row.sku, location) not in self._figures:
            raise Wrong(f"It is not kept at {location}; move units there first on its page")
        first = self._lines.setdefault((row.sku, location), row.line)
        if first != row.line:
            raise Wrong(f"Line {first} is about the same SKU and location; keep one of them")
        return self._figures[row.sku, location]

    def _suggest(self, sku: str) -> str:
        """Comparing with every SKU takes a moment, so only the first unknown ones get a suggestion."""
        self._suggested += 1
        if self._suggested > MOST_SUGGESTIONS:
            return "; check its spelling"
        if self._all_skus is None:
            self._all_skus = list(db.session.scalars(sa.select(Variant.sku)).all())
        nearest = process.extractOne(sku, self._all_skus, processor=str.lower, score_cutoff=LIKE_ENOUGH)
        return f"; did you mean {nearest[0]}?" if nearest else "; check its spelling or add the product first"


def fill_in(row: Row, cells: dict[str, str], figure: Figure) -> Row:
    """The row with what it would do. Raises Wrong."""
    on_hand, change, threshold = (cells.get(name, "") for name in ("on_hand", "change", "threshold"))
    version = cells.get("version", "")
    if on_hand and change:
        raise Wrong("Fill in on_hand or change, not both")
    after = wanted(on_hand, change, figure)
    row = replace(
        row,
        after=after,
        counted=bool(on_hand),
        threshold_before=figure.threshold,
        threshold_after=whole(threshold, "threshold") if threshold else None,
        version=whole(version.removeprefix("v"), "version", largest=None) if version else None,
        reason=cells.get("reason", "")[:LONGEST_REASON],
    )
    if row.version is not None and row.version != figure.version:
        raise Wrong(stale(row.version, figure))
    return row


def wanted(on_hand: str, change: str, figure: Figure) -> int:
    if change:
        after = figure.on_hand + signed(change)
        if after < 0:
            raise Wrong(f"{change} would leave less than nothing: {figure.on_hand} are on hand")
    else:
        after = whole(on_hand, "on_hand") if on_hand else figure.on_hand
    if after > LARGEST_QUANTITY:
        raise Wrong(f"That would make {after:,}; at most {LARGEST_QUANTITY:,} fit")
    if after < figure.least and after < figure.on_hand:
        raise Wrong(
            f"{figure.least} are reserved or unavailable, so at least {figure.least} must stay on hand"
        )
    return after


def whole(text: str, column: str, largest: int | None = LARGEST_QUANTITY) -> int:
    if text.startswith(("-", "−")) and NUMBER.fullmatch(text[1:]):
        raise Wrong(f"{column} cannot be negative: {text}; use the column change to take units away")
    if len(text) > 9 and text.isdecimal() and text.isascii():
        raise Wrong(f"{column} is too large: at most {LARGEST_QUANTITY:,}")
    if not NUMBER.fullmatch(text):
        raise Wrong(f"{column} is not a whole number: “{text[:30]}”; write digits only, such as 12")
    if largest is not None and int(text) > largest:
        raise Wrong(f"{column} is too large: at most {largest:,}")
    return int(text)


def signed(text: str) -> int:
    number = text.replace("−", "-", 1)
    if not CHANGE.fullmatch(number) or abs(int(number)) > LARGEST_QUANTITY:
        raise Wrong(f"change is not a whole number: “{text[:30]}”; write +5 or -3")
    return int(number)


def stale(version: int, figure: Figure) -> str:
    return (
        f"It has changed since version {version}: it is at version {figure.version} with {figure.on_hand} on hand. "
        "Export again, or empty the version cell"
    )


def recheck(row: Row, figure: Figure | None) -> str:
    """Why a planned row can no longer be applied; empty when it can."""
    if figure is None:
        return "It is no longer kept there"
    if row.version is not None and row.version != figure.version:
        return stale(row.version, figure)
    if row.counted and figure.on_hand != row.before:
        return f"On hand changed from {row.before} to {figure.on_hand} since the preview; count again"
    if row.delta < 0 and figure.on_hand + row.delta < figure.least:
        return f"{figure.on_hand} are on hand and {figure.least} of them reserved or unavailable by now"
    return ""


def row_from(document: dict[str, Any]) -> Row:
    return Row(**document)
