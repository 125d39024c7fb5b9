"""Whose a socket is, and which channels it may hear."""

import json
import time
from dataclasses import dataclass
from typing import Any

from gevent.lock import BoundedSemaphore
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from app.core.redis import Redis
from app.realtime import tokens
from app.realtime.channels import Channel, find_channel
from app.realtime.keys import ticket_key
from app.realtime.live.connection import Connection
from app.realtime.live.hub import Hub
from app.realtime.live.inbound import Wanted
from app.realtime.live.limits import Seats
from app.realtime.live.probe import Probe
from app.realtime.live.revocations import Revocations
from app.realtime.live.threats import Threats
from app.settings import Settings

TICKETS_AT_ONCE = 4
WAIT_SECONDS = 2
OVERLOAD, SIGNED_OUT, FORBIDDEN = 1013, 4401, 4403


@dataclass(frozen=True, slots=True)
class Right:
    """`expires` is the end of a private channel's token, by the monotonic clock: the other one may jump, and would end
    all rights of this process at once.
    """

    channel: Channel
    expires: float | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """`code` answers the client. `is_honest`: the client once had the right that it asks for."""

    code: str
    is_honest: bool = True


class Rights:
    """Asks no database: what a socket may hear is signed, and what was taken back is remembered."""

    def __init__(
        self,
        settings: Settings,
        hub: Hub,
        seats: Seats,
        revocations: Revocations,
        threats: Threats,
        probe: Probe,
        client: Redis,
    ):
        self._settings = settings
        self._hub = hub
        self._seats = seats
        self._revocations = revocations
        self._threats = threats
        self._probe = probe
        self._client = client
        # Without a bound each socket would open a connection to Redis of its own while that hangs.
        self._gate = BoundedSemaphore(TICKETS_AT_ONCE)

    def introduce(self, connection: Connection, text: str) -> None:
        """By a connection token. A bad one is no reason to refuse public channels: after a laptop's sleep it is merely
        old.
        """
        token = tokens.read_connection(self._settings.SECRET_KEY, text)
        if token:
            self._identify(connection, token.subject, token.session, token.issued)

    def redeem(self, connection: Connection, ticket: str) -> None:
        """By a ticket, which is worth something once. Closes the socket of one that is worth nothing. Yields."""
        try:
            found = self._take(ticket)
        except RedisError:
            connection.close(OVERLOAD, "tickets cannot be checked at the moment")
            return
        if found is None:
            self._threats.weigh(connection, "bad_ticket")
            connection.close(SIGNED_OUT, "the ticket was used before or is too old; ask for another")
            return
        grant = json.loads(found)
        self.introduce(connection, grant["connection"])
        if connection.close_code is None:
            connection.grants = grant["channels"]
            self._prolong(connection)

    def _take(self, ticket: str) -> Any:
        """What it stands for, which Redis then forgets. Raises RedisError."""
        if not self._gate.acquire(timeout=WAIT_SECONDS):
            raise RedisConnectionError("too many wait for it")
        try:
            return self._client.getdel(ticket_key(ticket))
        finally:
            self._gate.release()

    def find(self, connection: Connection, wanted: Wanted) -> Right | Refusal:
        channel = find_channel(wanted.name)
        if channel is None or self._settings.is_production and not channel.in_production:
            return Refusal("unknown_channel")
        if channel.public:
            return Right(channel, None)
        token = wanted.token or connection.grants.get(wanted.name)
        if not token:
            # A socket that listens already may ask again without a token.
            expires = connection.channels.get(wanted.name)
            return Right(channel, expires) if expires else Refusal("forbidden", is_honest=False)
        signed = tokens.read_subscription(self._settings.SECRET_KEY, token, even_late=True)
        if signed is None or signed.channel != wanted.name:
            return Refusal("forbidden", is_honest=False)
        is_open = signed.expires > time.time() and self._owns(connection, signed)
        return Right(channel, end_of(signed)) if is_open else Refusal("forbidden")

    def _owns(self, connection: Connection, token: tokens.Subscription) -> bool:
        if self._revocations.bars(token.channel, token.subject, token.issued):
            return False
        if connection.subject is None:
            self._identify(connection, token.subject, token.session, token.issued)
        same = (connection.subject, connection.session) == (token.subject, token.session)
        return same and connection.close_code is None

    def _identify(self, connection: Connection, subject: str, session: str, issued: float) -> None:
        if self._revocations.covers(subject, session, issued):
            connection.close(SIGNED_OUT, "signed out")
        elif connection.label and connection.label not in (subject, subject.partition(":")[2]):
            connection.close(FORBIDDEN, "userId in the address is somebody else")
        elif not self._seats.identify(subject, connection.subject):
            self._probe.ask(subject, lambda other: other.subject == subject)
            connection.tell({"type": "error", "code": "too_many", "message": "too many sockets of one user"})
            connection.close(OVERLOAD, "too many sockets of one user")
        else:
            before = (connection.subject, connection.session)
            connection.subject, connection.session = subject, session
            if before not in ((None, None), (subject, session)):
                self._drop_private(connection)

    def _drop_private(self, connection: Connection) -> None:
        """What one person opened is not for the next one on the same page."""
        connection.grants = {}
        private = [name for name, expires in connection.channels.items() if expires is not None]
        if private:
            connection.tell({"type": "unsubscribed", "channels": self._hub.drop(connection, private)})

    def _prolong(self, connection: Connection) -> None:
        """What the socket hears already lasts as long as the newer tokens."""
        for name in connection.channels.keys() & connection.grants.keys():
            token = tokens.read_subscription(self._settings.SECRET_KEY, connection.grants[name])
            if token and self._owns(connection, token):
                connection.channels[name] = end_of(token)


def end_of(token: tokens.Subscription) -> float:
    return time.monotonic() + token.expires - time.time()
