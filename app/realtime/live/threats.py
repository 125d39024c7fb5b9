"""Who breaks the rules again and again: points by address that fade, and a block for minutes at too many of them."""

import logging
import secrets
import time
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

from gevent.event import Event
from redis.exceptions import RedisError

from app.core.redis import Redis
from app.realtime.keys import REVOCATIONS_KEPT_S, REVOCATIONS_KEY, THREATS_KEY
from app.realtime.live.connection import Connection
from app.realtime.live.hub import Hub
from app.realtime.live.limits import is_loopback, network_of

log = logging.getLogger(__name__)

# What an honest client does by mistake is cheap: a page that slept asks with rights that are gone, an old page speaks an
# older protocol. What none does by mistake is dear.
POINTS = {
    "unknown_type": 1,
    "forbidden": 1,
    "foreign_origin": 1,
    "bad_request": 5,
    "bad_ticket": 5,
    "oversize": 20,
    "breach": 20,
    "flood": 50,
}
# Of each socket: an office may have hundreds of pages behind one address, which all come back at once.
PARDONED = 3
BAR = 90
FADE_PER_SECOND = 1.0
BLOCK_SECONDS = 300
MOST_ADDRESSES = 10_000
MOST_REPORTS = 1000
MOST_WAITING_REPORTS = 100
PAUSE_SECONDS = 1.0
FORBIDDEN, ABUSE = 4403, 4429
BLOCKED = "this address is blocked for some minutes"


@dataclass(slots=True)
class Score:
    """The points of one address, of which some fade with each second."""

    at: float
    points: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, now: float) -> float:
        self.points = max(0.0, self.points - (now - self.at) * FADE_PER_SECOND)
        if not self.points:
            self.kinds.clear()
        self.at = now
        self.points += POINTS[kind]
        self.kinds[kind] += 1
        return self.points


class Threats:
    """One instance a process. Points are this process's own; blocks are told to all through Redis."""

    def __init__(self, hub: Hub, client: Redis):
        self._hub = hub
        self._client = client
        self._scores: OrderedDict[str, Score] = OrderedDict()
        self._noticed: OrderedDict[str, float] = OrderedDict()
        self._reports: deque[dict[str, Any]] = deque(maxlen=MOST_WAITING_REPORTS)
        self._has_reports = Event()

    def is_blocked(self, address: str) -> bool:
        """Asked at every handshake, so it asks nobody else."""
        until = self._noticed.get(network_of(address), 0.0)
        return until > time.time() and is_blockable(address)

    def weigh(self, connection: Connection, kind: str) -> None:
        """Count what a socket did wrong."""
        connection.faults += POINTS[kind]
        if connection.faults <= PARDONED:
            return
        if self.is_blocked(connection.address):
            self._end(connection, kind)
        else:
            self.weigh_address(connection.address, kind, connection.subject)

    def weigh_address(self, address: str, kind: str, subject: str | None = None) -> None:
        """Count what was wrong with a request that became no socket, too."""
        network, now = network_of(address), time.time()
        score = self._scores.setdefault(network, Score(now))
        self._scores.move_to_end(network)
        if score.add(kind, now) >= BAR:
            del self._scores[network]
            self._notice(address, kind, score, subject)
        shorten(self._scores)

    def block(self, network: str, until: float, *, closes: bool = False) -> None:
        """What this or another process decided. Sockets that did nothing wrong stay: many share an address.

        One that the pages keep out `closes` them too, but for those of accounts, whose owners do not have to go with it.
        """
        self._noticed[network] = until
        self._noticed.move_to_end(network)
        shorten(self._noticed)
        if closes and until > time.time():
            self._hub.close_where(lambda each: is_stranger_of(each, network), ABUSE, BLOCKED)

    def run(self) -> None:
        """Tell Redis what was noticed, until it has heard."""
        while True:
            self._has_reports.wait()
            try:
                while self._reports:
                    self._report(self._reports[0])
                    self._reports.popleft()
                self._has_reports.clear()
            except Exception as error:
                if not isinstance(error, RedisError):
                    log.exception("a report could not be made")
                self._has_reports.clear()
                self._has_reports.wait(PAUSE_SECONDS)
                self._has_reports.set()

    def _notice(self, address: str, kind: str, score: Score, subject: str | None) -> None:
        network, now = network_of(address), time.time()
        if self._noticed.get(network, 0.0) > now:
            return  # An address that cannot be blocked is told of once in a while.
        self.block(network, now + BLOCK_SECONDS)
        is_blocked = is_blockable(address)
        log.warning("%s %s: %s", "blocked" if is_blocked else "suspect", address, dict(score.kinds))
        self._reports.append(
            {
                "id": secrets.token_hex(12),
                "at": int(now * 1000),
                "address": address,
                "network": network,
                "until": round(now + BLOCK_SECONDS, 3),
                "blocked": int(is_blocked),
                "subject": subject or "",
                **{f"kind:{name}": count for name, count in score.kinds.items()},
            }
        )
        self._has_reports.set()
        if is_blocked:
            for connection in list(self._hub.connections):
                if connection.faults > PARDONED and network_of(connection.address) == network:
                    self._end(connection, kind)

    def _end(self, connection: Connection, kind: str) -> None:
        if kind == "flood":
            connection.close(ABUSE, "too many messages")
        else:
            connection.close(FORBIDDEN, "too many mistakes; this address may not connect for some minutes")

    def _report(self, report: dict[str, Any]) -> None:
        """Twice when Redis took it and could not say so: a block twice is one, and the audit looks at the id."""
        pipeline = self._client.pipeline(transaction=True)
        if report["blocked"]:
            block = {"kind": "block", "network": report["network"], "until": report["until"]}
            oldest = report["at"] - REVOCATIONS_KEPT_S * 1000
            pipeline.xadd(REVOCATIONS_KEY, block, minid=oldest, approximate=True)  # type: ignore[arg-type]
        pipeline.xadd(THREATS_KEY, report, maxlen=MOST_REPORTS, approximate=True)  # type: ignore[arg-type]
        pipeline.execute()


def is_blockable(address: str) -> bool:
    """Everybody behind a proxy that nobody declared, and everybody at this machine, seem to be one client."""
    return bool(address) and not is_loopback(address)


def is_stranger_of(connection: Connection, network: str) -> bool:
    is_there = network_of(connection.address) == network and is_blockable(connection.address)
    return is_there and not (connection.subject or "").startswith("user:")


def shorten(entries: OrderedDict[str, Any]) -> None:
    """Addresses come from outside: what is forgotten is what was not touched for longest."""
    while len(entries) > MOST_ADDRESSES:
        entries.popitem(last=False)
