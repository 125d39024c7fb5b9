"""Reading a table of stock figures: whatever a spreadsheet saves or pastes, down to rows of text with their lines."""

import codecs
import csv
import io
from dataclasses import dataclass

from app.core.errors import DomainError

LARGEST_BYTES = 1024 * 1024
MOST_ROWS = 20_000
SEPARATORS = ",;\t"
COLUMNS = ("sku", "location", "on_hand", "change", "threshold", "reason", "version")
FIGURES = ("on_hand", "change", "threshold")
# What an export has besides; it may stay in the file, and nothing is taken from it.
EXPORTED = ("product", "variant", "reserved", "unavailable", "available", "expected_on")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class UnreadableSheet(DomainError):
    """Nothing of the file can be taken over; `detail` says what to do about it."""

    code, title = "unreadable_sheet", "The file cannot be read"


@dataclass(frozen=True)
class SheetRow:
    """`line` is where the row begins in the file; `cells` has one of COLUMNS for each that the file has."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """`notes` are what the sender should know of how it was read."""

    rows: list[SheetRow]
    columns: list[str]
    notes: list[str]


def guard(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def unguard(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell


def read_sheet(data: bytes) -> Sheet:
    """Raises UnreadableSheet."""
    if len(data) > LARGEST_BYTES:
        raise UnreadableSheet("The file is larger than 1 MiB; split it and import the parts one by one")
    text, notes = decode(data)
    if not text.strip():
        raise UnreadableSheet(
            "There is nothing in it; the first line names the columns, the next have the rows"
        )
    records = split(text)
    columns, unknown = name_columns(records[0][1])
    if unknown:
        notes.append(f"Not known and not read: {', '.join(unknown)}. Known columns are {', '.join(COLUMNS)}.")
    rows = [SheetRow(line, fill(columns, cells)) for line, cells in records[1:] if any(map(str.strip, cells))]
    if not rows:
        raise UnreadableSheet("There are column names but no rows below them")
    if len(rows) > MOST_ROWS:
        raise UnreadableSheet(f"There are {len(rows):,} rows; import at most {MOST_ROWS:,} at once")
    return Sheet(rows, [column for column in columns if column in COLUMNS], notes)


def decode(data: bytes) -> tuple[str, list[str]]:
    if data.startswith(UTF_16):
        raise UnreadableSheet("The file is UTF-16 text; save it as “CSV UTF-8” and choose that file")
    if b"\0" in data:
        raise UnreadableSheet("This is not a text file; save the spreadsheet as CSV and choose that file")
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), [
            "Read as Windows-1252, because the file is not UTF-8; check the accents."
        ]
    except UnicodeDecodeError:
        raise UnreadableSheet(
            "The letters are neither UTF-8 nor Windows-1252; save it as “CSV UTF-8” and choose that file"
        ) from None


def split(text: str) -> list[tuple[int, list[str]]]:
    """The records with the lines they begin at, the first one being the column names."""
    reader = csv.reader(
        io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=find_separator(text), strict=True
    )
    skipped = text[: len(text) - len(text.lstrip("\r\n"))].replace("\r\n", "\n").count("\n")
    records, line = [], 1
    try:
        for cells in reader:
            records.append((line + skipped, cells))
            line = reader.line_num + 1
    except csv.Error:
        raise UnreadableSheet(
            f"Line {line + skipped} has a quotation mark that is not closed; double the marks inside a cell"
        ) from None
    return records


def find_separator(text: str) -> str:
    """The one that makes most known columns of the first line; a comma in doubt."""
    first = text.lstrip("\r\n").splitlines()[0]
    return max(SEPARATORS, key=lambda separator: sum(known(name) for name in first.split(separator)))


def known(name: str) -> bool:
    return spell(name) in COLUMNS + EXPORTED


def spell(name: str) -> str:
    return "_".join(name.strip().strip('"').lower().replace("-", " ").split())


def name_columns(header: list[str]) -> tuple[list[str], list[str]]:
    """The columns as we spell them, and the names of those that we do not know."""
    columns = [spell(name) for name in header]
    twice = sorted({column for column in columns if column in COLUMNS and columns.count(column) > 1})
    if twice:
        raise UnreadableSheet(f"The column {', '.join(twice)} is there twice; keep one")
    if "sku" not in columns:
        raise UnreadableSheet(
            f"The column sku is missing. The first line must name the columns; it has {describe(header)}"
        )
    if not any(column in columns for column in FIGURES):
        raise UnreadableSheet(f"No column says what to change: add one of {', '.join(FIGURES)}")
    return columns, [name.strip()[:40] for name in header if name.strip() and not known(name)]


def describe(header: list[str]) -> str:
    return ", ".join(f"“{name.strip()[:40]}”" for name in header[:8])


def fill(columns: list[str], cells: list[str]) -> dict[str, str]:
    """Short rows have empty cells at their end, as spreadsheets write them."""
    return {
        name: unguard(cell.strip()) for name, cell in zip(columns, cells, strict=False) if name in COLUMNS
    }
