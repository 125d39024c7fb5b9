"""Tables of text as spreadsheets save them: any of the usual encodings and separators in, plain CSV out."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.core.errors import DomainError

SEPARATORS = ",;\t"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class UnreadableFile(DomainError):
    """Nothing of the file can be taken over; `detail` says what to do about it."""

    code, title = "unreadable_file", "The file cannot be read"


@dataclass(frozen=True)
class CsvRow:
    """`line` is where the row begins in the file; `cells` has those of the wanted columns that the file has."""

    line: int
    cells: dict[str, str]


def guard(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula; `unguard` gives it back as it was."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def unguard(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS) else cell


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """With a byte order mark, without which some spreadsheets guess the wrong letters."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([guard(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def read_table(data: bytes, columns: Sequence[str], needed: Sequence[str]) -> list[CsvRow]:
    """The rows below the line that names the columns; others than `columns` are left out. Raises UnreadableFile."""
    records = split(decode(data), columns)
    header = [spell(name) for name in records[0][1]] if records else []
    if missing := [name for name in needed if name not in header]:
        raise UnreadableFile(
            f"The first line must name the columns, and {', '.join(missing)} is not among them. Known columns:"
            f" {', '.join(columns)}."
        )
    if twice := sorted({name for name in columns if header.count(name) > 1}):
        raise UnreadableFile(f"The column {', '.join(twice)} is there twice; keep one")
    rows = [
        CsvRow(line, fill(header, cells, columns))
        for line, cells in records[1:]
        if any(map(str.strip, cells))
    ]
    if not rows:
        raise UnreadableFile("There are column names but no rows below them")
    return rows


def decode(data: bytes) -> str:
    if data.startswith(UTF_16):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        raise UnreadableFile("This is not a text file. Save the spreadsheet as CSV and choose that file.")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(
        "The letters are neither UTF-8 nor Windows-1252. Save it as “CSV UTF-8” and choose that file."
    )


def split(text: str, columns: Sequence[str]) -> list[tuple[int, list[str]]]:
    """The records with the lines they begin at."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=find_separator(text, columns), strict=True)
    records, line = [], 1
    try:
        for cells in reader:
            if cells:
                records.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        raise UnreadableFile(
            f"Line {line} has a quotation mark that is not closed, or text after it. Double the marks inside a cell."
        ) from None
    return records


def find_separator(text: str, columns: Sequence[str]) -> str:
    """The one that makes most known columns of the first line; a comma in doubt."""
    first = (text.lstrip("\r\n").splitlines() or [""])[0]
    return max(SEPARATORS, key=lambda mark: sum(spell(name) in columns for name in first.split(mark)))


def spell(name: str) -> str:
    return "_".join(name.strip().strip('"').lower().replace("-", " ").split())


def fill(header: list[str], cells: list[str], columns: Sequence[str]) -> dict[str, str]:
    """Short rows have empty cells at their end, as spreadsheets write them."""
    padded = [*cells, *[""] * (len(header) - len(cells))]
    return {
        name: unguard(cell.strip()).replace("\r\n", "\n")
        for name, cell in zip(header, padded, strict=False)
        if name in columns
    }
