"""What one socket, one address and one user may take of this process."""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from app.settings import Settings

PATIENCE = 3
# Channels a second that one socket may ask for. Each may be a new subscription in Redis, kept for a while after, and each
# time a look at what Redis holds.
CHANNEL_RATE = 50
# Presence channels of one socket. Each is written and read anew every two seconds.
MOST_ROOMS = 20
MOST_REMEMBERED = 4096


class TokenBucket:
    """Counts a socket's messages. Times are seconds of one monotonic clock."""

    __slots__ = ("_rate", "_burst", "_left", "_at", "excesses")

    def __init__(self, rate: int, burst: int, now: float):
        self._rate = rate
        self._burst = burst
        self._left = float(burst)
        self._at = now
        self.excesses = 0

    def take(self, now: float) -> bool:
        """False when the message is one too many; `excesses` counts those until the bucket is full again."""
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= self._burst:
            self.excesses = 0
        if self._left < 1:
            self.excesses += 1
            return False
        self._left -= 1
        return True

    @property
    def is_abused(self) -> bool:
        return self.excesses > PATIENCE


class Seats:
    """How many sockets each address and each user holds in this process.

    A socket that is refused takes none, or a crowd of refused ones would keep out everybody else.
    """

    def __init__(self, settings: Settings):
        self._settings = settings
        self._taken = 0
        self._by_address: Counter[str] = Counter()
        self._by_subject: Counter[str] = Counter()

    def find_refusal(self, address: str) -> str | None:
        """Why no further socket of this address is taken; in words for the close frame."""
        if self._taken >= self._settings.WEBSOCKET_MAX_CLIENTS:
            return "full"
        held = self._by_address.get(network_of(address), 0)
        if self._is_limited(address) and held >= self._settings.WEBSOCKET_MAX_PER_IP:
            return "too many sockets of this address"
        return None

    def take(self, address: str) -> None:
        self._taken += 1
        self._by_address[network_of(address)] += 1

    def give_back(self, address: str, subject: str | None) -> None:
        self._taken -= 1
        release(self._by_address, network_of(address))
        if subject:
            release(self._by_subject, subject)

    def identify(self, subject: str, before: str | None) -> bool:
        """Count a socket for `subject`, and no longer for the one `before`.

        False when that subject has too many.
        """
        if subject == before:
            return True
        if self._by_subject.get(subject, 0) >= self._settings.WEBSOCKET_MAX_PER_USER:
            return False
        self._by_subject[subject] += 1
        if before:
            release(self._by_subject, before)
        return True

    @property
    def subjects(self) -> int:
        return len(+self._by_subject)

    def _is_limited(self, address: str) -> bool:
        # A proxy on a Unix socket that names no client gives an empty address, which is not one client's.
        return bool(address) and (self._settings.is_production or not is_loopback(address))


def release(counts: Counter[str], name: str) -> None:
    """Names come from outside, so an empty count is removed instead of kept for ever."""
    counts[name] -= 1
    if counts[name] <= 0:
        del counts[name]


def is_loopback(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return parsed.is_loopback or network_of(address).startswith("127.")


@lru_cache(maxsize=MOST_REMEMBERED)
def network_of(address: str) -> str:
    """What counts as one client: an IPv6 customer owns a whole /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Network((parsed.packed, 64), strict=False))


def client_address(environ: Mapping[str, Any], trusted_proxies: int) -> str:
    """The address that the outermost trusted proxy saw; the direct peer's when no proxy is trusted."""
    hops = [hop.strip() for hop in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if trusted_proxies and len(hops) >= trusted_proxies:
        return hops[-trusted_proxies][:64]
    return environ.get("REMOTE_ADDR", "")
