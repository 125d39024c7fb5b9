"""Reading the address of Redis servers that Sentinel watches. Standard library only, because the settings check it."""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

SENTINEL = "redis+sentinel://"
SENTINEL_PORT = 26379
EXAMPLE = f"{SENTINEL}user:password@host1:26379,host2:26379/mymaster/0"


@dataclass(frozen=True)
class SentinelAddress:
    """`user` and `password` are for the servers; sentinels that want one too get `sentinel_password`."""

    sentinels: tuple[tuple[str, int], ...]
    service: str
    database: int
    user: str | None
    password: str | None
    sentinel_password: str | None


def read_sentinel_address(url: str) -> SentinelAddress:
    """Of `redis+sentinel://[user:password@]host[:port],.../service[/database][?sentinel_password=...]`.

    Raises ValueError.
    """
    parts = urlsplit(url)
    login, _, hosts = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    service, _, database = parts.path.strip("/").partition("/")
    sentinels = tuple(read_host(host) for host in hosts.split(","))
    if not url.startswith(SENTINEL) or not service or not (database or "0").isdigit():
        raise ValueError(f"must look like {EXAMPLE}")
    return SentinelAddress(
        sentinels,
        unquote(service),
        int(database or 0),
        unquote(user) or None,
        unquote(password) or None,
        parse_qs(parts.query).get("sentinel_password", [None])[0],
    )


def read_host(text: str) -> tuple[str, int]:
    """Raises ValueError."""
    place = urlsplit(f"//{text}")
    if not place.hostname:
        raise ValueError(f"must look like {EXAMPLE}")
    return place.hostname, place.port or SENTINEL_PORT
