"""Addresses that count for nothing: those of THREAT_ALLOW, and those that admins add for a while."""

import time
from ipaddress import IPv6Network, ip_network
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.core.database import db, delete_in_chunks, now_ms
from app.core.errors import Invalid, NotFound
from app.security import audit
from app.security.access import Caller
from app.security.threats import lifting
from app.security.threats.clients import Network, is_within, network_of
from app.security.threats.models import AllowedNetwork
from app.settings import Settings

LOOK_EVERY_S = 2.0
# An admin lets in an office, not a continent; whoever needs more says so in THREAT_ALLOW.
WIDEST = {4: 16, 6: 32}
KEPT_MS = 90 * 24 * 3600 * 1000

IN_FORCE = sa.and_(AllowedNetwork.until_at > now_ms(), AllowedNetwork.ended_at.is_(None))


class Allowed:
    """What this process knows of them, read from SQL at most every two seconds, and only when a request is weighed."""

    def __init__(self, settings: Settings):
        self._given = tuple(widen(ip_network(text, strict=False)) for text in settings.THREAT_ALLOW)
        self._added: tuple[Network, ...] = ()
        self._look_at = 0.0

    def covers(self, client: str) -> bool:
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_EVERY_S
            try:
                rows = db.session.scalars(sa.select(AllowedNetwork.network).where(IN_FORCE))
                self._added = tuple(ip_network(row) for row in rows)
            except SQLAlchemyError:
                db.session.rollback()  # what was known stays true
        return is_within(client, (*self._given, *self._added))


def widen(network: Network) -> Network:
    """An IPv6 customer owns a whole /64, and counts as one client."""
    if isinstance(network, IPv6Network) and network.prefixlen > 64:
        return network.supernet(new_prefix=64)
    return network


def read_network(text: str) -> Network:
    """Raises Invalid for what is no address or network, and for one that is too wide."""
    found = network_of(text.strip())
    if found is None:
        raise wrong("Give an address such as 203.0.113.7, or a network such as 203.0.113.0/24")
    if found.prefixlen < WIDEST[found.version]:
        raise wrong(
            f"At most a /{WIDEST[found.version]}; wider networks belong into the setting THREAT_ALLOW"
        )
    return widen(found)


def wrong(message: str) -> Invalid:
    return Invalid(message, errors=[{"field": "network", "message": message}])


def allow_network(text: str, note: str, lasts_ms: int, by: Caller) -> str:
    """Inside transaction(): allow it, and lift what it is kept out by now. Returns it as it is stored. Raises Invalid."""
    network = read_network(text)
    db.session.add(
        AllowedNetwork(
            network=str(network),
            note=note,
            created_at=now_ms(),
            created_by=by.name,
            until_at=now_ms() + lasts_ms,
        )
    )
    lifted = lifting.lift_within(network, note, by)
    record("network_allowed", str(network), by, after={"hours": lasts_ms // 3_600_000, "lifted": lifted})
    return str(network)


def end_allowed(public_id: str, by: Caller) -> str:
    """Inside transaction(). Returns the network. Raises NotFound for one that has ended already."""
    ended = (
        sa.update(AllowedNetwork)
        .where(AllowedNetwork.public_id == public_id, IN_FORCE)
        .values(ended_at=now_ms(), ended_by=by.name)
        .returning(AllowedNetwork.network)
    )
    network = db.session.execute(ended.execution_options(synchronize_session=False)).scalar()
    if network is None:
        raise NotFound("This entry has ended already")
    record("network_no_longer_allowed", network, by)
    return str(network)


def record(action: str, network: str, by: Caller, after: dict[str, Any] | None = None) -> None:
    audit.record(action, f"address:{network}", actor=by.name, role=by.role, after=after)


def list_allowed() -> list[AllowedNetwork]:
    """Those in force, the one that ends first first."""
    return list(
        db.session.scalars(sa.select(AllowedNetwork).where(IN_FORCE).order_by(AllowedNetwork.until_at))
    )


def prune() -> None:
    delete_in_chunks(AllowedNetwork, AllowedNetwork.until_at < now_ms() - KEPT_MS)
