"""A table of stock figures: which columns it may have, and its rows with the lines they begin at."""

import codecs
from dataclasses import dataclass

from app.core.csv_files import UTF_16, CsvRow, UnreadableFile, decode, fill, spell, split

LARGEST_BYTES = 1024 * 1024
MOST_ROWS = 20_000
COLUMNS = ("sku", "location", "on_hand", "change", "threshold", "reason", "version")
FIGURES = ("on_hand", "change", "threshold")
# What an export has besides; it may stay in the file, and nothing is taken from it.
EXPORTED = ("product", "variant", "reserved", "unavailable", "available", "expected_on")
NOT_UTF_8 = "Read as Windows-1252, because the file is not UTF-8; check the accents."


@dataclass(frozen=True)
class Sheet:
    """`notes` are what the sender should know of how it was read."""

    rows: list[CsvRow]
    columns: list[str]
    notes: list[str]


def read_sheet(data: bytes) -> Sheet:
    """Raises UnreadableFile."""
    if len(data) > LARGEST_BYTES:
        raise UnreadableFile("The file is larger than 1 MiB; split it and import the parts one by one")
    text = decode(data)
    if not text.strip():
        raise UnreadableFile(
            "There is nothing in it; the first line names the columns, the next have the rows"
        )
    records = split(text, COLUMNS + EXPORTED)
    columns, unknown = name_columns(records[0][1])
    rows = [
        CsvRow(line, fill(columns, cells, COLUMNS))
        for line, cells in records[1:]
        if any(map(str.strip, cells))
    ]
    if not rows:
        raise UnreadableFile("There are column names but no rows below them")
    if len(rows) > MOST_ROWS:
        raise UnreadableFile(f"There are {len(rows):,} rows; import at most {MOST_ROWS:,} at once")
    return Sheet(rows, [column for column in columns if column in COLUMNS], list_notes(data, text, unknown))


def list_notes(data: bytes, text: str, unknown: list[str]) -> list[str]:
    is_unicode = data.startswith(UTF_16) or data.removeprefix(codecs.BOM_UTF8) == text.encode()
    notes = [] if is_unicode else [NOT_UTF_8]
    if unknown:
        notes.append(f"Not known and not read: {', '.join(unknown)}. Known columns are {', '.join(COLUMNS)}.")
    return notes


def name_columns(header: list[str]) -> tuple[list[str], list[str]]:
    """The columns as we spell them, and the names of those that we do not know."""
    columns = [spell(name) for name in header]
    twice = sorted({column for column in columns if column in COLUMNS and columns.count(column) > 1})
    if twice:
        raise UnreadableFile(f"The column {', '.join(twice)} is there twice; keep one")
    if "sku" not in columns:
        raise UnreadableFile(
            f"The column sku is missing. The first line must name the columns; it has {describe(header)}"
        )
    if not any(column in columns for column in FIGURES):
        raise UnreadableFile(f"No column says what to change: add one of {', '.join(FIGURES)}")
    known = COLUMNS + EXPORTED
    return columns, [name.strip()[:40] for name in header if name.strip() and spell(name) not in known]


def describe(header: list[str]) -> str:
    return ", ".join(f"“{name.strip()[:40]}”" for name in header[:8])
