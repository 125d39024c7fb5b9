"""Ending what keeps a client out, before its time."""

import sqlalchemy as sa

from app.core import outbox
from app.core.database import db, now_ms
from app.core.errors import NotFound
from app.security.access import Caller
from app.security.threats.clients import Network, is_within
from app.security.threats.models import SecurityEvent

CLIENT_FREED = "client_freed"

IN_FORCE = sa.and_(SecurityEvent.until_at > now_ms(), SecurityEvent.lifted_at.is_(None))


def lift(public_id: str, note: str, by: Caller) -> str:
    """Inside transaction(): let the client in again. Returns it. Raises NotFound when it has ended or was lifted already."""
    lifted = (
        sa.update(SecurityEvent)
        .where(SecurityEvent.public_id == public_id, IN_FORCE)
        .values(lifted_at=now_ms(), lifted_by=by.name, note=note)
        .returning(SecurityEvent.client)
    )
    client = db.session.execute(lifted.execution_options(synchronize_session=False)).scalar()
    if client is None:
        raise NotFound("This has ended already")
    outbox.announce(CLIENT_FREED, public_id)
    by.note("block_lifted", name_of(client))
    return str(client)


def lift_within(network: Network, note: str, by: Caller) -> int:
    """All that the network has; returns how many there were."""
    in_force = db.session.execute(sa.select(SecurityEvent.public_id, SecurityEvent.client).where(IN_FORCE))
    found = [row.public_id for row in in_force if is_within(row.client, [network])]
    for public_id in found:
        lift(public_id, note, by)
    return len(found)


def name_of(client: str) -> str:
    """As the audit names objects."""
    return client if client.startswith("user:") else f"address:{client}"
