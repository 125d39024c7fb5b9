"""Whom a request counts for: the account of who is signed in, else the address. And whom nothing may keep out."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from flask import has_request_context, request
from sqlalchemy.exc import SQLAlchemyError

from app.core.database import db
from app.security import sessions
from app.security.limits import key_of
from app.security.models import LoginSession
from app.settings import Settings

Network = IPv4Network | IPv6Network

# The second is what `::1` counts as.
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::/64"))
# Not Python's own list, which has the addresses of examples too.
PRIVATE = tuple(
    ip_network(each)
    for each in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
    )
)
ACCOUNT = "user:"
MOST_REMEMBERED = 4096

# As ProxyFix keeps what it replaces.
ORIGINAL = "werkzeug.proxy_fix.orig"


def is_account(client: str) -> bool:
    return client.startswith(ACCOUNT)


@lru_cache(MOST_REMEMBERED)
def network_of(client: str) -> Network | None:
    """The addresses that a client is; None for accounts and for what is no address."""
    try:
        return ip_network(client, strict=False)
    except ValueError:
        return None


def is_within(client: str, networks: Iterable[Network]) -> bool:
    own = network_of(client)
    return own is not None and any(
        own.version == each.version and own.subnet_of(each)  # type: ignore[arg-type]
        for each in networks
    )


def find_exemption(client: str, address: str, settings: Settings) -> str | None:
    """Why a client is only logged, in words for staff; None for one that may be kept out."""
    if is_within(address, LOOPBACK):
        return "it is on this machine"
    if is_account(client):
        return None
    if network_of(client) is None:
        return "its address is not known"
    if is_proxy(client, settings):
        return "it is a proxy of ours"
    if settings.is_production and not settings.TRUSTED_PROXIES and is_within(client, PRIVATE):
        return "it has a private address, as a proxy has that TRUSTED_PROXIES does not count"
    return None


def is_proxy(client: str, settings: Settings) -> bool:
    """Whether it is a hop that the shop trusts, which speaks for everybody: the peer itself, or one that a peer names."""
    trusted = settings.TRUSTED_PROXIES
    if not trusted or not has_request_context():
        return False
    named = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    between = named[-trusted:][1:] if len(named) >= trusted else []
    peer = request.environ.get(ORIGINAL, {}).get("REMOTE_ADDR") or ""
    return client in map(key_of, (peer, *between))


def find_login() -> LoginSession | None:
    """Without a database nobody is signed in, and what happens next is decided by the address."""
    if sessions.cookie_name() not in request.cookies:
        return None
    try:
        return sessions.current_session()
    except SQLAlchemyError:
        db.session.rollback()  # or the view's first query would be refused for this one's sake
        return None


def name_account(login: LoginSession) -> str:
    return f"{ACCOUNT}{login.user.public_id}"
