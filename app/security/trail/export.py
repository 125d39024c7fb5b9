"""The trail as a file: a table for people, or lines of JSON with the marks, by which others can prove it with the key."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from app.core.clock import from_ms
from app.core.csv_files import guard
from app.core.database import transaction
from app.security import audit
from app.security.access import Caller
from app.security.trail.chain import MARKED
from app.security.trail.queries import Search, read_all

COLUMNS = (
    "sequence", "at", "actor", "actor_role", "ip", "action", "object", "before", "after", "request_id", "hash",
)  # fmt: skip
KEYS = ("id", *MARKED, "prev_hash", "hash")


def note_export(kind: str, search: Search, caller: Caller) -> None:
    """Who took how much of it away. What was searched for may be somebody's address, so it is left out."""
    with transaction():
        taken = {"format": kind, "days": search.days, "all": search == Search(days=search.days)}
        audit.record("audit_exported", "audit", actor=caller.name, role=caller.role, after=taken)


def write_csv(search: Search) -> Iterator[str]:
    """With a byte order mark, without which some spreadsheets guess the wrong letters."""
    yield "\ufeff" + line(COLUMNS)
    for row in read_all(search):
        yield line(spell(row, name) for name in COLUMNS)


def write_json(search: Search) -> Iterator[str]:
    for row in read_all(search):
        yield json.dumps({name: row._mapping[name] for name in KEYS}) + "\n"


def spell(row: Any, name: str) -> str:
    value = row._mapping[name]
    if value is None:
        return ""
    if name == "at":
        return from_ms(value).isoformat()
    if name in ("before", "after"):
        return json.dumps(value, ensure_ascii=False)
    return guard(str(value))


def line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
