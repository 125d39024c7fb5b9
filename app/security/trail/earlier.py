"""Places in the chain for entries that have none: those from before there was one, and what an older release still writes
while it is being replaced.

Only during the chain's first day: later an entry without a place was not written by the shop, and giving it one would
make it look as if it were.
"""

import sqlalchemy as sa

from app.core.database import CHUNK, db, now_ms, transaction
from app.security import audit
from app.security.trail.chain import entry, lock_head, place

TAKEN_IN_MS = 24 * 3600 * 1000

unplaced = sa.select(entry).where(entry.c.sequence.is_(None)).order_by(entry.c.id).limit(CHUNK)
GIVE = (
    sa.update(entry)
    .where(entry.c.id == sa.bindparam("of_id"), entry.c.sequence.is_(None))
    .values({name: sa.bindparam(f"new_{name}") for name in ("sequence", "placed_at", "prev_hash", "hash")})
)


def place_all() -> int:
    """Returns how many got a place."""
    if not are_taken_in():
        return 0
    placed = 0
    while db.session.execute(unplaced.limit(1)).first() and (found := place_chunk()):
        placed += found
    return placed


def are_taken_in() -> bool:
    first = sa.select(entry.c.placed_at).where(entry.c.sequence == 1).scalar_subquery()
    return bool(db.session.scalar(sa.select(sa.func.coalesce(first, now_ms()) > now_ms() - TAKEN_IN_MS)))


def place_chunk() -> int:
    """In the order in which they were written. That it was done is an entry of its own."""
    with transaction():
        head = lock_head(db.session.connection())
        rows = [dict(row) for row in db.session.execute(unplaced).mappings()]
        placed = [{**row, **values} for row, values in zip(rows, place(head, rows), strict=True)]
        if placed:
            db.session.execute(GIVE, [parameters(values) for values in placed])
            after = {"entries": len(placed), "first": placed[0]["id"], "last": placed[-1]["id"]}
            audit.record("audit_entries_placed", "audit", actor="clock", role="program", after=after)
        return len(placed)


def parameters(values: dict[str, object]) -> dict[str, object]:
    named = {f"new_{name}": values[name] for name in ("sequence", "placed_at", "prev_hash", "hash")}
    return {"of_id": values["id"], **named}
