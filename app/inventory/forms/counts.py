"""The stock-take's sheet as it is sent: a list of rows, each of what was shown and what was counted."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from app.core.forms import OnceForm

LONGEST_NUMBER = 9


class CountForm(OnceForm):
    """The rows are read by `read_rows`; the form itself makes the sheet take effect once."""


@dataclass(frozen=True)
class CountedRow:
    """`version` and `was` are what the sheet was made from; `typed` is kept as it was typed."""

    sku: str
    version: int
    was: int
    typed: str
    force: bool

    @property
    def counted(self) -> int | None:
        return int(self.typed) if is_number(self.typed) else None


def read_rows(fields: MultiDict[str, str], most: int) -> list[CountedRow]:
    columns = [fields.getlist(name)[:most] for name in ("sku", "version", "was", "counted")]
    forced = set(fields.getlist("force"))
    return [
        CountedRow(sku, int(version), int(was), typed.strip()[:20], sku in forced)
        for sku, version, was, typed in zip(*columns, strict=False)
        if is_number(version, 18) and is_number(was)
    ]


def is_number(text: str, longest: int = LONGEST_NUMBER) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= longest
