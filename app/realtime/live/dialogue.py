"""Answers what clients say: one instance a process, no state of its own."""

import time
from typing import Any

from redis.exceptions import RedisError

from app.realtime import tokens
from app.realtime.channels import find_channel
from app.realtime.live.connection import Connection
from app.realtime.live.hub import Hub
from app.realtime.live.inbound import BadFrame, Request, Since, Wanted, parse
from app.realtime.live.limits import Seats
from app.realtime.live.message import Message
from app.realtime.live.recovery import HistoryReader, find_missed
from app.realtime.live.revocations import Revocations
from app.realtime.live.subscriber import Subscriber
from app.realtime.live.topic import Snapshot, Topic
from app.settings import Settings

ABUSE, OVERLOAD, SIGNED_OUT = 4429, 1013, 4401


class Dialogue:
    """Runs in the greenlet of the socket that speaks, so a socket has one request in hand at a time."""

    def __init__(
        self,
        settings: Settings,
        hub: Hub,
        seats: Seats,
        subscriber: Subscriber,
        history: HistoryReader,
        revocations: Revocations,
    ):
        self._settings = settings
        self._hub = hub
        self._seats = seats
        self._subscriber = subscriber
        self._history = history
        self._revocations = revocations

    def greet(self, connection: Connection) -> None:
        connection.tell(
            {
                "type": "hello",
                "v": 1,
                "conn": connection.id,
                "beat": self._settings.WEBSOCKET_HEARTBEAT_INTERVAL,
                "max": self._settings.WEBSOCKET_MAX_MESSAGE,
            }
        )
        if self._hub.degraded_since is not None:
            connection.tell({"type": "degraded", "since": self._hub.degraded_since})

    def on_text(self, connection: Connection, text: str) -> None:
        self._hub.meters.messages_in += 1
        try:
            self._answer(connection, parse(text))
        except BadFrame as error:
            self._complain(connection, error.code, str(error), error.id)

    def on_binary(self, connection: Connection) -> None:
        self._hub.meters.messages_in += 1
        self._complain(connection, "bad_request", "text frames only")

    def on_excess(self, connection: Connection) -> None:
        if connection.bucket.is_abused:
            connection.close(ABUSE, "too many messages")
        else:
            self._complain(connection, "rate_limited", "too many messages, slow down")

    def _complain(self, connection: Connection, code: str, message: str, id: int | str | None = None) -> None:
        connection.tell(with_id({"type": "error", "code": code, "message": message}, id))

    def _answer(self, connection: Connection, request: Request) -> None:
        if request.type == "ping":
            connection.tell(with_id({"type": "pong", "ts": int(time.time() * 1000)}, request.id))
        elif request.type == "unsubscribe":
            names = [wanted.name for wanted in request.channels]
            self._hub.drop(connection, names)
            connection.tell(with_id({"type": "unsubscribed", "channels": names}, request.id))
        else:
            self._subscribe(connection, request)

    def _subscribe(self, connection: Connection, request: Request) -> None:
        """Listen first, read history second: the other way round a message between the two is lost."""
        self._introduce(connection, request)
        if connection.close_code is not None:
            return
        answers: dict[str, dict[str, Any]] = {}
        wanted: dict[Topic, Since | None] = {}
        for item in request.channels:
            outcome = self._admit(connection, item)
            if isinstance(outcome, Topic):
                wanted[outcome] = item.since
            else:
                answers[item.name] = {"error": outcome}
        snapshots = self._look_up(wanted)
        if connection.close_code is None:
            self._reply(connection, request, wanted, snapshots, answers)

    def _introduce(self, connection: Connection, request: Request) -> None:
        if request.lang:
            connection.speak(request.lang)
        # A bad token is no reason to refuse public channels: after a laptop's sleep it is merely old.
        token = tokens.read_connection(self._settings.SECRET_KEY, request.token) if request.token else None
        if token:
            self._identify(connection, token.subject, token.session, token.issued)

    def _identify(self, connection: Connection, subject: str, session: str, issued: float) -> None:
        if self._revocations.covers(subject, session, issued):
            connection.close(SIGNED_OUT, "signed out")
        elif not self._seats.identify(subject, connection.subject):
            connection.tell({"type": "error", "code": "too_many", "message": "too many sockets of one user"})
            connection.close(OVERLOAD, "too many sockets of one user")
        else:
            before = (connection.subject, connection.session)
            connection.subject, connection.session = subject, session
            if before not in ((None, None), (subject, session)):
                self._drop_private(connection)

    def _drop_private(self, connection: Connection) -> None:
        """What one person opened is not for the next one on the same page."""
        private = [name for name, expires in connection.channels.items() if expires is not None]
        if private:
            connection.tell({"type": "unsubscribed", "channels": self._hub.drop(connection, private)})

    def _admit(self, connection: Connection, wanted: Wanted) -> Topic | str:
        """The topic, held back for this socket, or the code of the error."""
        channel = find_channel(wanted.name)
        if channel is None or self._settings.is_production and not channel.in_production:
            return "unknown_channel"
        expires = None if channel.public else self._find_right(connection, wanted)
        if not channel.public and expires is None:
            return "forbidden"
        is_new = wanted.name not in connection.channels
        if is_new and len(connection.channels) >= self._settings.WEBSOCKET_MAX_CHANNELS:
            return "too_many"
        return self._hub.hold(connection, wanted.name, channel, expires)

    def _find_right(self, connection: Connection, wanted: Wanted) -> float | None:
        """When the right to this private channel ends; None without one.

        A socket that has it may ask again without a token.
        """
        if not wanted.token:
            return connection.channels.get(wanted.name)
        token = tokens.read_subscription(self._settings.SECRET_KEY, wanted.token)
        if token is None or token.channel != wanted.name:
            return None
        if self._revocations.bars(token.channel, token.subject, token.issued):
            return None
        if connection.subject is None:
            self._identify(connection, token.subject, token.session, token.issued)
        same = (connection.subject, connection.session) == (token.subject, token.session)
        return token.expires if same and connection.close_code is None else None

    def _look_up(self, wanted: dict[Topic, Since | None]) -> dict[str, Snapshot]:
        """Nothing when Redis cannot be heard or read: the socket stays, and its client fetches over HTTP."""
        if not wanted or not self._subscriber.ensure(wanted):
            return {}
        try:
            return self._history.read(wanted)
        except RedisError:
            return {}

    def _reply(
        self,
        connection: Connection,
        request: Request,
        wanted: dict[Topic, Since | None],
        snapshots: dict[str, Snapshot],
        answers: dict[str, dict[str, Any]],
    ) -> None:
        replays: dict[Topic, list[Message]] = {}
        for topic, since in wanted.items():
            if connection not in topic.held:
                answers[topic.name] = {"error": "forbidden"}  # Revoked while Redis was asked.
                continue
            snapshot = snapshots.get(topic.name)
            missed = find_missed(topic, since, snapshot) if snapshot else None
            replays[topic] = missed or []
            answers[topic.name] = describe(topic, snapshot, missed)
            self._hub.meters.recovered[missed is not None] += since is not None
            if snapshot:
                topic.note(snapshot)
        epoch = next((snapshot.epoch for snapshot in snapshots.values()), None)
        connection.tell(with_id({"type": "subscribed", "epoch": epoch, "channels": answers}, request.id))
        for topic, missed in replays.items():
            self._release(connection, topic, missed, snapshots.get(topic.name))

    def _release(
        self, connection: Connection, topic: Topic, missed: list[Message], snapshot: Snapshot | None
    ) -> None:
        """First what was missed, then what came meanwhile, then live.

        Waits for a slow reader instead of overrunning it.
        """
        told = snapshot.offset if snapshot else None
        for message in missed:
            self._replay(connection, message)
        waiting = topic.held.get(connection)
        while waiting:
            message = waiting.popleft()
            if told is None or message.offset > told or snapshot is None or message.epoch != snapshot.epoch:
                self._replay(connection, message)
        if topic.held.get(connection) is waiting and waiting is not None:
            topic.release(connection, told)

    def _replay(self, connection: Connection, message: Message) -> None:
        frame = message.frame(*connection.variant)
        if connection.write(frame):
            self._hub.meters.messages_out += 1
            self._hub.meters.bytes_out += len(frame)
        connection.outbox.wait()


def describe(topic: Topic, snapshot: Snapshot | None, missed: list[Message] | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"mode": topic.channel.mode, "offset": snapshot.offset if snapshot else None}
    if topic.is_state:
        answer["version"] = snapshot.version if snapshot else None
    return {**answer, "recovered": missed is not None, "missed": len(missed or ())}


def with_id(body: dict[str, Any], id: int | str | None) -> dict[str, Any]:
    return body if id is None else {**body, "id": id}
