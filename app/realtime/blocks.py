"""Telling the socket processes whom the gate keeps out. They know addresses; an account is whoever its tokens name."""

import time

import sqlalchemy as sa

from app.core.database import db, now_ms
from app.core.outbox import Announcement
from app.realtime.revocations import tell
from app.security.threats import records
from app.security.threats.clients import is_account
from app.security.threats.lifting import IN_FORCE
from app.security.threats.models import SecurityEvent


def client_stopped(event: Announcement) -> None:
    found = records.find_left(event.key)
    if found is None or found.kind != "blocked":
        return
    if is_account(found.client):
        tell(kind="subject", subject=found.client)
    else:
        tell_address(found.client, found.left_ms)


def client_freed(event: Announcement) -> None:
    client = records.find_client(event.key)
    if client is not None and not is_account(client):
        tell_address(client, 0)


def tell_again() -> None:
    """What is told is kept for a quarter of an hour, and a block may last longer than the process that heard of it."""
    rows = sa.select(SecurityEvent.client, SecurityEvent.until_at - now_ms()).where(
        IN_FORCE, SecurityEvent.kind == "blocked"
    )
    for client, left_ms in db.session.execute(rows).all():
        if not is_account(client):
            tell_address(client, left_ms)


def tell_address(network: str, left_ms: int) -> None:
    """With 0 the address may open sockets again."""
    until = time.time() + left_ms / 1000 if left_ms > 0 else 0
    tell(kind="block", network=network, until=f"{until:.3f}", closes="1")
