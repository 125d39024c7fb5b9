"""The order of the audit's entries, made so that none can be changed, moved, added or taken away unseen.

Each entry has a number without gaps and a mark over its own contents and the mark before it, made with a key that the
database does not hold. This is tamper-evident, not tamper-proof: whoever owns both the database and the key can write the
whole chain anew, and whoever owns the database can cut off its end. `anchors` are against that.
"""

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.core.database import now_ms
from app.core.last_step import LastStep
from app.security.models import AuditEntry

# Any number that no other advisory lock of the shop has.
LOCK = 0x61756469
PURPOSE = b"liveshelf audit chain 1"
# In this order they are in every mark that was ever made: adding one, or moving one, breaks all chains there are.
MARKED = (
    "sequence", "placed_at", "at", "actor", "actor_role", "ip", "action", "object", "before", "after", "request_id",
)  # fmt: skip

entry = AuditEntry.__table__
newest = sa.select(sa.func.max(entry.c.sequence)).scalar_subquery()
HEAD = sa.select(
    newest.label("sequence"),
    sa.select(entry.c.hash).where(entry.c.sequence == newest).scalar_subquery().label("hash"),
    now_ms().label("now"),
)
INSERT = sa.insert(entry)
# One spelling for each value, before it goes to the database and after it comes from there.
spell = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True)
class Head:
    """The newest entry's number and mark, 0 and "" before the first, and the database's time in ms."""

    sequence: int
    hash: str
    now: int


class Entries(LastStep):
    """What the running transaction did. It gets its places right before the commit, so that they come in the order of the
    commits, and one that is rolled back leaves no gap."""

    def write(self, connection: sa.Connection) -> None:
        connection.execute(INSERT, list(place(lock_head(connection), self)))


def lock_head(connection: sa.Connection) -> Head:
    """Until the transaction ends nobody else adds to the chain. On SQLite its own write lock sees to that.

    Two statements, since on PostgreSQL one that has waited would not see what was committed meanwhile.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    return read_head(connection)


def read_head(connection: sa.Connection) -> Head:
    row = connection.execute(HEAD).one()
    return Head(row.sequence or 0, row.hash or "", row.now)


def place(head: Head, drafts: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    """The drafts as entries that follow the head."""
    key, before = keys()[0], head.hash
    for sequence, draft in enumerate(drafts, head.sequence + 1):
        placed = {**draft, "sequence": sequence, "placed_at": head.now}
        mark = make_mark(key, before, placed)
        yield {**placed, "prev_hash": before, "hash": mark}
        before = mark


def is_marked(values: Mapping[str, Any], keys: Sequence[bytes]) -> bool:
    """Whether its mark is what its contents and the mark before it make with one of the keys."""
    before, mark = str(values["prev_hash"]), str(values["hash"])
    return any(hmac.compare_digest(make_mark(key, before, values), mark) for key in keys)


def make_mark(key: bytes, before: str, values: Mapping[str, Any]) -> str:
    """HMAC-SHA256 in hex over the mark before it and the contents, as one JSON array: where each part of it begins and ends
    is beyond doubt, so that nothing can move from one field to the next."""
    marked = spell([before, *(values[name] for name in MARKED)])
    return hmac.digest(key, marked.encode(), "sha256").hex()


def keys() -> list[bytes]:
    """The key that marks are made with, then earlier ones with which there are some."""
    secrets = [current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"]]
    return [hmac.digest(str(secret).encode(), PURPOSE, "sha256") for secret in secrets]
