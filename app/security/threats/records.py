"""What was done about clients, written down: by the clock from Redis, so that a request never waits for it and a process
that is killed loses none.
"""

import json
import logging
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.core import outbox
from app.core.database import db, delete_in_chunks, now_ms, run_transaction
from app.core.outbox import Announcement
from app.core.redis import Breaker, Redis, RedisDown
from app.core.upsert import insert_into
from app.security import audit
from app.security.threats.lifting import IN_FORCE, name_of
from app.security.threats.models import SecurityEvent
from app.security.threats.scores import reasons_of
from app.security.threats.scripts import BEGIN, FILLED_KEY, MADE_KEY, MOST_BLOCKS

CLIENT_STOPPED = "client_stopped"
BATCH = 100
KEPT_MS = 90 * 24 * 3600 * 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Left:
    client: str
    kind: str
    left_ms: int


def write_down() -> int:
    """What Redis tells, each once, also when this process dies between the commit and taking it from there."""
    redis: Breaker = current_app.extensions["redis"]

    def ask(client: Redis) -> tuple[list[Any], Any]:
        return client.xrange(MADE_KEY, count=BATCH), client.time()  # type: ignore[return-value]

    try:
        entries, (seconds, micros) = redis.call(ask)
        for _, fields in entries:
            write_entry(fields, seconds * 1000 + micros // 1000)
        if entries:
            redis.call(lambda client: client.xdel(MADE_KEY, *[id for id, _ in entries]))
    except RedisDown:
        return 0
    return len(entries)


def write_entry(fields: dict[bytes, bytes], now: int) -> None:
    try:
        made = json.loads(fields[b"made"])
        left = int(made["until"]) - now
    except (KeyError, ValueError, TypeError):
        log.warning("what was done about a client cannot be read and is dropped")
        return
    write(made, left)


def write(made: dict[str, Any], left_ms: int) -> None:
    """One row, its audit entry and its event. What was only logged is told to nobody."""
    run_transaction(lambda: insert(made, left_ms))


def insert(made: dict[str, Any], left_ms: int) -> None:
    evidence = list(made["evidence"])
    values = {
        "public_id": made["id"],
        "at": now_ms() - (int(made["until"]) - int(made["since"]) - left_ms),
        "client": made["client"],
        "address": made["address"],
        "kind": made["kind"],
        "times": int(made["times"]),
        "points": int(made["points"]),
        "reasons": reasons_of(evidence),
        "evidence": evidence,
        "until_at": now_ms() + left_ms,
        "note": "",
    }
    row = insert_into(SecurityEvent).values(**values).on_conflict_do_nothing(index_elements=["public_id"])
    is_new = db.session.execute(row.returning(SecurityEvent.id)).scalar() is not None
    if is_new and made["kind"] != "logged":
        audit.record(
            f"client_{made['kind']}",
            name_of(made["client"]),
            actor="gate",
            role="system",
            after={"points": values["points"], "times": values["times"], "reasons": values["reasons"]},
            ip=made["address"],
        )
        outbox.announce(CLIENT_STOPPED, made["id"])


def client_stopped(event: Announcement) -> None:
    """Into Redis, where it is missing when the process that decided it had to do without."""
    found = find_left(event.key)
    if found is not None:
        gate().blocks.put(event.key, found.client, found.kind, found.left_ms)


def client_freed(event: Announcement) -> None:
    client = find_client(event.key)
    if client is not None:
        gate().free(event.key, client)


def find_left(public_id: str) -> Left | None:
    """What is still in force of an event; None for what is over."""
    left = sa.select(SecurityEvent.client, SecurityEvent.kind, SecurityEvent.until_at - now_ms())
    row = db.session.execute(left.where(SecurityEvent.public_id == public_id, IN_FORCE)).one_or_none()
    return None if row is None else Left(row[0], row[1], int(row[2]))


def find_client(public_id: str) -> str | None:
    return db.session.scalar(sa.select(SecurityEvent.client).where(SecurityEvent.public_id == public_id))


def gate() -> Any:
    return current_app.extensions["threats"]


def refill() -> int:
    """After Redis has lost its data: all that is in force, so that nobody is let in by it. Returns how many there were."""
    redis: Breaker = current_app.extensions["redis"]
    left = (SecurityEvent.until_at - now_ms()).label("left")
    rows = (
        sa.select(SecurityEvent.public_id, SecurityEvent.client, SecurityEvent.kind, left)
        .where(IN_FORCE)
        .order_by(SecurityEvent.until_at.desc())
        .limit(MOST_BLOCKS)
    )
    try:
        if redis.call(lambda client: client.get(FILLED_KEY)) is not None:
            return 0
        found = db.session.execute(rows).all()
        for row in found:
            gate().blocks.put(row.public_id, row.client, row.kind, int(row.left))
        begin = redis.client.register_script(BEGIN)
        redis.call(lambda client: begin(client=client))
    except RedisDown:
        return 0
    return len(found)


def prune() -> None:
    delete_in_chunks(SecurityEvent, SecurityEvent.until_at < now_ms() - KEPT_MS)
