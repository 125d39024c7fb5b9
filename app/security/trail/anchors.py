"""Where the chain's end stood and when, written down where the database's owner cannot reach: the log stream, and a file.

A chain alone cannot tell that its last entries were cut off, or that somebody with the key wrote all of it anew. Whoever
keeps these lines elsewhere can: every line of a file that looks like one counts, so a copy of the log is a file of anchors.
"""

import logging
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from app.core.clock import from_ms
from app.core.database import db
from app.security.trail.chain import Head, read_head

FILE = "audit-anchors.log"
EVERY_ENTRIES = 1_000
EVERY_MS = 3600 * 1000
LINE = re.compile(r"audit anchor at=(\d{1,15}) entries=(\d{1,15}) hash=([0-9a-f]{64})")
# The last line is looked for in this much of the file's end.
TAIL_BYTES = 1_000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Anchor:
    """At this time in ms the chain had so many entries, and the newest had this mark."""

    at: int
    entries: int
    hash: str

    def __str__(self) -> str:
        return f"audit anchor at={self.at} entries={self.entries} hash={self.hash}"


def drop_due() -> bool:
    """Write an anchor when an hour or a thousand entries have gone by since the last one, if there are new ones at all."""
    head, last = read_head(db.session.connection()), read_last()
    if not is_due(head, last):
        return False
    anchor = Anchor(head.now, head.sequence, head.hash)
    log.info("%s", anchor)
    append(anchor)
    return True


def is_due(head: Head, last: Anchor | None) -> bool:
    if last is None:
        return head.sequence > 0
    more = head.sequence - last.entries
    return more >= EVERY_ENTRIES or (more > 0 and head.now - last.at >= EVERY_MS)


def append(anchor: Anchor) -> None:
    """In one write and onto the disk. It begins with a line break, since the line before it may be half of one."""
    opened = os.open(path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(opened, f"\n{anchor} ({from_ms(anchor.at).isoformat()})\n".encode())
        os.fsync(opened)
    finally:
        os.close(opened)


def read_last() -> Anchor | None:
    """The one that was written last, None before the first."""
    try:
        with path().open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            found = list(find(file.read().decode(errors="replace").splitlines()))
    except FileNotFoundError:
        return None
    return found[-1] if found else None


def read_all(paths: Iterable[Path]) -> Iterator[Anchor]:
    """Those of these files, and of the shop's own if there is one. Raises OSError for another that cannot be read."""
    for each in [*([path()] if path().exists() else []), *paths]:
        with each.open(errors="replace") as lines:
            yield from find(lines)


def find(lines: Iterable[str]) -> Iterator[Anchor]:
    for line in lines:
        if match := LINE.search(line):
            yield Anchor(int(match[1]), int(match[2]), match[3])


def path() -> Path:
    folder: Path = current_app.config["SETTINGS"].data_path
    return folder / FILE
