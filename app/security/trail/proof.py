"""Proof that the audit is as it was written, or the first entry that is not.

It repairs nothing: what is wrong here was done past the shop, by somebody who could write to its database.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.core.clock import from_ms
from app.core.database import db, read_now, transaction
from app.core.idempotency import claim
from app.core.jobs import run_later
from app.security import audit
from app.security.trail import anchors, earlier
from app.security.trail.anchors import Anchor
from app.security.trail.chain import entry, is_marked, keys

CHUNK = 2_000
MOST_BREAKS = 20
PROVED = "audit_proved"
DAY_MS = 24 * 3600 * 1000
BACKUP = "Compare with a backup and with the log, find who can write to the database, and keep this one as evidence"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Break:
    """Where the trail is not as it was written."""

    wrong: str
    remedy: str = BACKUP

    def __str__(self) -> str:
        return f"Audit: {self.wrong}. {self.remedy}."


@dataclass(frozen=True)
class Proof:
    """How many entries and anchors were looked at, and the first breaks in their order: none when all is right."""

    entries: int
    anchors: int
    breaks: list[Break]


class Walk:
    """Along the chain once, from its first entry to its last. Entries that come meanwhile are walked over too."""

    def __init__(self, known: Iterable[Anchor]):
        self.anchors = {anchor.entries: anchor for anchor in known}
        self.end, self.hash = 0, ""
        self.keys = keys()

    def find_breaks(self) -> Iterator[Break]:
        try:
            while rows := read_after(self.end):
                for row in rows:
                    yield from self.check(row)
        except ValueError:
            yield Break(f"one of the {CHUNK} entries after entry {self.end} holds what no JSON can be")
            return
        yield from self.check_end()
        yield from check_places()

    def check(self, row: Any) -> Iterator[Break]:
        after, before = self.end, self.hash
        self.end, self.hash = row.sequence, row.hash
        named = f"entry {row.sequence} ({row.action} of {row.object} by {row.actor})"
        if row.sequence != after + 1:
            yield Break(f"{count(after + 1, row.sequence - 1)} before {named}")
        elif row.prev_hash != before:
            yield Break(f"{named} does not follow the one before it: one of the two was put there later")
        if not is_marked(row._mapping, self.keys):
            yield Break(f"{named} was changed after it was written, or put there past the shop")
        anchor = self.anchors.get(row.sequence)
        if anchor and anchor.hash != row.hash:
            yield Break(f"{named} is another one than at {moment(anchor)}, when an anchor was written")

    def check_end(self) -> Iterator[Break]:
        """Only the latest anchor: the others past the end say the same."""
        latest = self.anchors[max(self.anchors)] if self.anchors else None
        if latest and latest.entries > self.end:
            missing = count(self.end + 1, latest.entries)
            remedy = f"Unless the database was set back to a backup: {BACKUP[0].lower()}{BACKUP[1:]}"
            yield Break(f"{missing} at its end, which there were at {moment(latest)}", remedy)


def prove(more_anchors: Iterable[Path] = ()) -> Proof:
    """Walk over everything. `more_anchors` are files besides the shop's own, such as copies of its log."""
    known = list(anchors.read_all(more_anchors))
    walk = Walk(known)
    breaks = list(islice(walk.find_breaks(), MOST_BREAKS))
    return Proof(walk.end, len(known), breaks)


def read_after(sequence: int) -> Sequence[Any]:
    rows = sa.select(entry).where(entry.c.sequence > sequence).order_by(entry.c.sequence)
    return db.session.execute(rows.limit(CHUNK)).all()


def check_places() -> Iterator[Break]:
    if earlier.are_taken_in():
        return
    without = sa.select(sa.func.count(), sa.func.min(entry.c.id)).where(entry.c.sequence.is_(None))
    found, first = db.session.execute(without).one()
    if found:
        yield Break(
            f"{found} entries have no place in it, the first with id {first}: put there past the shop"
        )


def count(first: int, last: int) -> str:
    return f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"


def moment(anchor: Anchor) -> str:
    return from_ms(anchor.at).strftime("%Y-%m-%d %H:%M UTC")


def queue_daily() -> None:
    """For the clock, which has no time for it itself: one proof for each day."""
    with transaction():
        if claim(PROVED, str(read_now() // DAY_MS), b""):
            run_later(prove_daily, queue="bulk")


def prove_daily() -> None:
    """What came out is an entry itself, which the staff's page and the alarm read."""
    proof = prove()
    for found in proof.breaks:
        log.error("%s", found)
    with transaction():
        after = {"entries": proof.entries, "anchors": proof.anchors, "breaks": len(proof.breaks)}
        audit.record(PROVED, "audit", actor="clock", role="program", after=after)


def read_latest() -> Any:
    """The newest proof: its `at` in ms and `after` with `entries`, `anchors` and `breaks`; None before the first."""
    proved = sa.select(entry.c.at, entry.c.after).where(entry.c.action == PROVED)
    return db.session.execute(proved.order_by(entry.c.at.desc()).limit(1)).one_or_none()
