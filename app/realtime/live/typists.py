"""Who is typing: passed on to whoever listens at this moment, and kept nowhere. What is typed is never told."""

import logging
import time
from math import inf

from gevent.event import Event
from redis.exceptions import RedisError

from app.core.redis import Redis
from app.realtime.live.connection import Connection
from app.realtime.live.frames import json_frame
from app.realtime.live.hub import Hub
from app.realtime.live.topic import Topic

log = logging.getLogger(__name__)

# The clients' times, told to them so that they can be changed together: a start outlives the loss of one.
TIMES_MS = {"resendMs": 3000, "idleMs": 4000, "expireMs": 7000}
LEAST_SECONDS = 1.0
# What tells it from a message on the same channel of Redis, which begins with its offset.
MARK = b"typing:"


class Typists:
    """One a process. What sockets say waits for `run`, the newest of each subject, so that no socket waits for Redis."""

    def __init__(self, hub: Hub, client: Redis, is_on: bool):
        self._hub = hub
        self._client = client
        self._is_on = is_on
        self._waiting: dict[tuple[str, str], str] = {}
        self._woken = Event()

    def take(self, connection: Connection, name: str, state: str) -> None:
        """Drops without a word what may not be said, or too often: it would be over before an answer was read."""
        self._hub.meters.typing_in += 1
        topic = self._hub.topics.get(name)
        if not self._is_on or topic is None or not topic.channel.typing:
            return
        if connection.subject and name in connection.channels and is_due(topic, connection, state):
            self._waiting[name, connection.subject] = state
            self._woken.set()

    def run(self) -> None:
        while True:
            self._woken.wait()
            self._woken.clear()
            waiting, self._waiting = self._waiting, {}
            try:
                self._publish(waiting)
            except RedisError:
                pass  # Nobody hears messages now, either.
            except Exception:
                log.exception("typing could not be told")

    def _publish(self, waiting: dict[tuple[str, str], str]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for (name, subject), state in waiting.items():
            pipeline.publish(f"rt:p:{name}", b"%s%s:%s" % (MARK, state.encode(), subject.encode()))
        pipeline.execute()


def is_due(topic: Topic, connection: Connection, state: str) -> bool:
    """A start a second of each socket, and the stop that ends it."""
    now = time.monotonic()
    began, is_typing = topic.typists.get(connection, (-inf, False))
    if state == "stop":
        topic.typists[connection] = began, False
        return is_typing
    if now - began < LEAST_SECONDS:
        return False
    topic.typists[connection] = now, True
    return True


def deliver(hub: Hub, topic: Topic, said: bytes) -> None:
    """To all but the typist's own pages, and not to slow readers, who need the room for messages."""
    _, state, subject = said.decode().split(":", 2)
    frame = json_frame({"type": "typing", "channel": topic.name, "subject": subject, "state": state})
    for connection in list(topic.members):
        if connection.subject != subject and not connection.outbox.is_busy and connection.write(frame):
            hub.meters.typing_out += 1
