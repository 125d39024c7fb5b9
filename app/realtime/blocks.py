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
from app.security.threats.scripts import MOST_BLOCKS

# Longer than from one telling to the next.
LATELY_MS = 10 * 60 * 1000


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
    """What is told is kept for a quarter of an hour, and a block may last longer than the process that heard of it.

    Who was let in lately is told last: that may have happened while the others were told, from what was read before.
    """
    is_kept_out = sa.and_(IN_FORCE, SecurityEvent.kind == "blocked")
    blocked = sa.select(SecurityEvent.client, SecurityEvent.until_at - now_ms()).where(is_kept_out)
    for client, left_ms in db.session.execute(blocked.limit(MOST_BLOCKS)).all():
        if not is_account(client):
            tell_address(client, left_ms)
    lately = sa.select(SecurityEvent.client).where(SecurityEvent.lifted_at > now_ms() - LATELY_MS)
    still = sa.select(SecurityEvent.client).where(is_kept_out)
    for client in db.session.scalars(lately.where(SecurityEvent.client.not_in(still)).distinct()):
        if not is_account(client):
            tell_address(client, 0)


def tell_address(network: str, left_ms: int) -> None:
    """With 0 the address may open sockets again."""
    until = time.time() + left_ms / 1000 if left_ms > 0 else 0
    tell(kind="block", network=network, until=f"{until:.3f}", closes="1")
