"""The one ear of this process on Redis: subscribes, notices gaps and losses, hands messages on in order."""

import logging
import random
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import count, islice
from typing import Any

import gevent
from gevent.event import Event
from gevent.lock import BoundedSemaphore
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.core.redis import Redis
from app.realtime.live import replies
from app.realtime.live.history import find_missed
from app.realtime.live.hub import Hub
from app.realtime.live.inbound import Since
from app.realtime.live.message import Message, log_message
from app.realtime.live.recovery import HistoryReader
from app.realtime.live.topic import Topic
from app.realtime.live.typists import MARK, deliver

log = logging.getLogger(__name__)

PREFIX = b"rt:p:"
ACK_SECONDS = 2.0
SILENCE_SECONDS = 3.0
CHANNELS_AT_ONCE = 200
ANSWERS_BETWEEN_PAUSES = 50
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0


class Subscriber:
    """`run` is the only greenlet that dispatches, which is what keeps each channel in order."""

    def __init__(self, hub: Hub, history: HistoryReader, client: Redis, make_connection: Callable[[], Any]):
        self._hub = hub
        self._history = history
        self._client = client
        self._make_connection = make_connection
        self._connection: Any = None
        self._writing = BoundedSemaphore()
        self._is_restored = False
        # Set when it is known whether Redis can be heard: not at the start, and not while a cut heals.
        self._settled = Event()

    def run(self) -> None:
        """Listen for ever, through losses of Redis."""
        pause = FIRST_PAUSE_SECONDS
        was_connected = False
        while True:
            try:
                self._connect()
                self._hub.meters.redis_reconnects += was_connected
                was_connected = True
                self._hub.restore()
                pause = FIRST_PAUSE_SECONDS
                self._listen()
            except (RedisError, OSError) as error:
                log.warning("Redis is lost: %s", error)
                if self._lose():
                    self._settled.clear()
                    continue  # A cut that one reconnect heals is nobody's business.
            except Exception:
                log.exception("the subscriber starts again")
                self._lose()
            self._hub.degrade()
            self._settled.set()
            gevent.sleep(pause * random.uniform(0.7, 1.3))
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def ensure(self, topics: Iterable[Topic]) -> bool:
        """Wait until Redis has confirmed all of them; False when it cannot be heard. Yields."""
        # After a restart all clients come at once, and would all be sent to fetch over HTTP.
        self._settled.wait(ACK_SECONDS)
        if not self._is_restored:
            return False
        topics = list(topics)
        try:
            self._ask([topic for topic in topics if not topic.is_asked])
        except (RedisError, OSError):
            return False  # `run` notices the same loss.
        deadline = time.monotonic() + ACK_SECONDS
        for topic in topics:
            topic.ready.wait(max(0.0, deadline - time.monotonic()))
        return all(topic.is_live for topic in topics)

    def forget(self, topics: Iterable[Topic]) -> None:
        """Stop hearing topics that have had no listener for a while."""
        gone = [self._hub.topics.pop(topic.name) for topic in topics]
        names = [f"rt:p:{topic.name}" for topic in gone if topic.is_asked]
        if names:
            with suppress(RedisError, OSError):  # A lost connection has no subscriptions.
                self._send("UNSUBSCRIBE", names)

    def _connect(self) -> None:
        """Subscribe to every topic again, with those that join during this, and read what came meanwhile."""
        self._connection = self._make_connection()
        self._connection.connect()
        early: list[list[Any]] = []
        while topics := list(
            islice((topic for topic in self._hub.topics.values() if not topic.is_asked), CHANNELS_AT_ONCE)
        ):
            self._ask(topics)
            # One that is forgotten meanwhile is never confirmed.
            while not all(topic.is_live for topic in topics if self._hub.topics.get(topic.name) is topic):
                early.extend(self._hear())
            self._recover(topics)
        self._is_restored = True
        self._settled.set()
        for answer in early:
            self._dispatch(answer)

    def _listen(self) -> None:
        for number in count(1):
            for answer in self._hear():
                self._dispatch(answer)
            if not number % ANSWERS_BETWEEN_PAUSES:
                gevent.sleep(0)  # Reading yields to nobody while Redis has more.

    def _hear(self) -> list[list[Any]]:
        """The next message, if the next answer is one. A silent connection is asked whether it lives."""
        try:
            answer = self._connection.read_response(timeout=SILENCE_SECONDS, disconnect_on_error=False)
        except RedisTimeoutError:
            self._send("PING", [])
            answer = self._connection.read_response(timeout=SILENCE_SECONDS, disconnect_on_error=False)
        if answer[0] == b"subscribe":
            self._confirm(answer[1])
        elif answer[0] == b"unsubscribe":
            self._take_back(answer[1])
        return [answer] if answer[0] == b"message" else []

    def _ask(self, topics: list[Topic]) -> None:
        for topic in topics:
            topic.is_asked = True
            topic.ready.clear()
        if topics:
            self._send("SUBSCRIBE", [f"rt:p:{topic.name}" for topic in topics])

    def _send(self, command: str, names: list[str]) -> None:
        with self._writing:
            connection = self._connection
            if connection is None or not connection.is_connected:
                # The library would connect anew, with no subscriptions.
                raise ConnectionError("not connected")
            connection.send_command(command, *names, check_health=False)

    def _confirm(self, key: bytes) -> None:
        topic = self._hub.topics.get(key.removeprefix(PREFIX).decode())
        if topic is None:
            return
        topic.is_live = True
        topic.ready.set()
        if topic.unsure:
            self._hub.reset(topic.unsure, [topic.name])
            topic.unsure.clear()

    def _take_back(self, key: bytes) -> None:
        """A channel may be wanted again while its end is under way, and the two commands may change places."""
        topic = self._hub.topics.get(key.removeprefix(PREFIX).decode())
        if topic is None:
            return
        if topic.is_live:
            topic.is_live = False
            topic.unsure |= topic.listeners()
        self._ask([topic])

    def _recover(self, topics: list[Topic]) -> None:
        known = {
            topic: Since(topic.version or 0, topic.offset, topic.epoch)
            for topic in topics
            if topic.offset is not None
        }
        if not known:
            return
        snapshots = self._history.read_fresh(dict(known))
        for topic, since in known.items():
            snapshot = snapshots[topic.name]
            untouched = snapshot.epoch == since.epoch and snapshot.offset == since.offset
            missed = [] if untouched else find_missed(topic.channel, since, snapshot)
            if missed is None:
                topic.start_again(snapshot)
                self._hub.reset(topic.listeners(), [topic.name])
            for message in missed or ():
                self._pass_on(topic, message, timed=False)

    def _dispatch(self, answer: list[Any]) -> None:
        topic = self._hub.topics.get(answer[1].removeprefix(PREFIX).decode())
        if topic is None:
            return
        try:
            if answer[2].startswith(MARK):
                deliver(self._hub, topic, answer[2])
                return
            offset, epoch, body = answer[2].split(b":", 2)
            message = Message(topic.name, topic.channel, int(offset), epoch.decode(), body)
        except (ValueError, TypeError):
            log.warning("unreadable message on %s", topic.name)
            return
        same_epoch = message.epoch == topic.epoch
        if same_epoch and topic.is_heard and message.offset <= (topic.offset or 0):
            return
        if not topic.is_state:
            self._fill_gap(topic, message, (topic.offset or 0) if same_epoch else 0)
        self._pass_on(topic, message)

    def _fill_gap(self, topic: Topic, message: Message, before: int) -> None:
        """Pub/sub may lose messages without a word, as when Redis cuts a full buffer; the stream has them."""
        if topic.offset is None or message.offset <= before + 1:
            return
        since = Since(offset=before, epoch=message.epoch)
        snapshot = self._history.read_fresh({topic: since})[topic.name]
        between = [entry for entry in snapshot.entries if entry.offset < message.offset]
        missed = message.offset - 1 - snapshot.count_from(before)
        if missed:
            log.warning("gap on %s: %d missed, %d found", topic.name, missed, len(between))
            self._hub.meters.gaps += 1
            self._hub.meters.gap_messages += missed
        if len(between) < missed:
            self._hub.reset(topic.listeners(), [topic.name])
        for entry in between:
            self._pass_on(topic, entry, timed=False)

    def _pass_on(self, topic: Topic, message: Message, *, timed: bool = True) -> None:
        topic.advance(message)
        reached = self._hub.deliver(topic, message, timed=timed)
        log_message(message, reached)
        if message.reply and message.reply.startswith(replies.PREFIX):
            gevent.spawn(replies.reply, self._client, message.reply, reached)

    def _lose(self) -> bool:
        """Whether Redis was heard until now."""
        was_restored, self._is_restored = self._is_restored, False
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.disconnect()
        for topic in self._hub.topics.values():
            topic.lose()
        return was_restored
