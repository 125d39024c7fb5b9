"""Rights that end before their tokens do: signed out, left a room, a role taken away, an address blocked."""

import logging
import time
from collections.abc import Callable
from typing import Any

import gevent
from redis.exceptions import RedisError

from app.core.redis import Redis
from app.realtime.keys import REVOCATIONS_KEPT_S, REVOCATIONS_KEY
from app.realtime.live.connection import Connection
from app.realtime.live.hub import Hub
from app.realtime.live.threats import Threats

log = logging.getLogger(__name__)

BLOCK_MS = 2000
PAUSE_SECONDS = 1.0
SIGNED_OUT = 4401

Entries = list[tuple[bytes, dict[bytes, bytes]]]


class Revocations:
    """Closes what is open, and remembers, so that a token signed before cannot open it again."""

    def __init__(self, hub: Hub, threats: Threats, make_client: Callable[[], Redis]):
        self._hub = hub
        self._threats = threats
        self._make_client = make_client
        self._revoked: dict[tuple[str, ...], float] = {}
        self._last_id = f"{int((time.time() - REVOCATIONS_KEPT_S) * 1000)}-0"

    def run(self) -> None:
        """Read on from the last entry for ever: a restart of Redis or a pause loses none."""
        client = self._make_client()
        while True:
            try:
                answer: Any = client.xread({REVOCATIONS_KEY: self._last_id}, block=BLOCK_MS)
                for _, entries in answer or ():
                    self.apply(entries)
            except RedisError:
                gevent.sleep(PAUSE_SECONDS)
            except Exception:
                log.exception("a revocation could not be applied")
                gevent.sleep(PAUSE_SECONDS)

    def apply(self, entries: Entries) -> None:
        for id, raw in entries:
            self._last_id = id.decode()
            at = int(id.split(b"-")[0]) / 1000
            self._revoke({name.decode(): value.decode() for name, value in raw.items()}, at)
        self._forget_old()

    def covers(self, subject: str, session: str, issued: float) -> bool:
        """Whether a token of that session, signed at `issued`, no longer counts."""
        return ("session", session) in self._revoked or issued <= self._revoked.get(("subject", subject), 0)

    def bars(self, channel: str, subject: str, issued: float) -> bool:
        """Whether a right to `channel`, signed at `issued`, was taken back later."""
        return issued <= max(self._revoked.get(("channel", channel, name), 0) for name in (subject, ""))

    def _revoke(self, fields: dict[str, str], at: float) -> None:
        kind, subject = fields.get("kind"), fields.get("subject", "")
        session = fields.get("session", "")
        if kind == "session" and session:  # Visitors have none, and must not all be signed out at once.
            self._revoked["session", session] = at
            self._hub.close_where(lambda connection: connection.session == session, SIGNED_OUT, "signed out")
        elif kind == "subject" and subject:
            self._revoked["subject", subject] = at
            self._hub.close_where(lambda connection: connection.subject == subject, SIGNED_OUT, "signed out")
        elif kind == "channel":
            self._revoked["channel", fields.get("channel", ""), subject] = at
            self._drop(fields.get("channel", ""), subject)
        elif kind == "block":
            self._threats.block(
                fields.get("network", ""), float(fields.get("until", 0)), closes="closes" in fields
            )

    def _drop(self, name: str, subject: str) -> None:
        found = self._hub.find(name)
        for connection in found.listeners() if found else ():
            if is_of(connection, subject):
                self._hub.drop(connection, [name])
                connection.tell({"type": "unsubscribed", "channels": [name]})

    def _forget_old(self) -> None:
        oldest = (
            int(self._last_id.split("-")[0]) / 1000 - REVOCATIONS_KEPT_S
        )  # By the clock of Redis, as all of them.
        self._revoked = {what: at for what, at in self._revoked.items() if at > oldest}


def is_of(connection: Connection, subject: str) -> bool:
    return not subject or connection.subject == subject
