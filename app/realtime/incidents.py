"""What the socket processes found out about addresses, moved into the audit. They have no database of their own."""

import logging
from typing import Any

from flask import current_app

from app.core.database import transaction
from app.core.idempotency import claim
from app.core.redis import RedisDown
from app.realtime.keys import THREATS_KEY
from app.security import audit
from app.security.threats.reports import report_sockets

BATCH = 100
SCOPE = "incident"
KIND = b"kind:"

log = logging.getLogger(__name__)


def record_incidents() -> int:
    """Each once, also when this process dies between the commit and taking them from Redis. Returns how many were there."""
    redis = current_app.extensions["redis"]
    try:
        entries: list[Any] = redis.call(lambda client: client.xrange(THREATS_KEY, count=BATCH))
        for _, fields in entries:
            record_incident(fields)
        if entries:
            redis.call(lambda client: client.xdel(THREATS_KEY, *[id for id, _ in entries]))
    except RedisDown:
        return 0
    return len(entries)


def record_incident(fields: dict[bytes, bytes]) -> None:
    try:
        address, network = fields[b"address"].decode(), fields[b"network"].decode()
        incident, subject = fields[b"id"].decode(), fields[b"subject"].decode()
        at, is_blocked = int(fields[b"at"]), fields[b"blocked"] == b"1"
        faults = {
            name.removeprefix(KIND).decode(): int(fields[name]) for name in fields if name.startswith(KIND)
        }
    except (KeyError, ValueError):
        log.warning("an incident cannot be read and is dropped")
        return
    with transaction():
        is_new = claim(SCOPE, incident, b"")
        if is_new:
            audit.record(
                "address_blocked" if is_blocked else "address_suspected",
                f"address:{network}",
                actor=subject or "guest",
                role="guest",
                after=faults,
                at=at,
                ip=address[:45],
            )
    if is_new:
        report_sockets(network, faults)
