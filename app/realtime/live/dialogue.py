"""Answers what clients say: one instance a process, no state of its own."""

import time
from typing import Any

from redis.exceptions import RedisError

from app.realtime.live.connection import Connection
from app.realtime.live.heartbeat import STAMP
from app.realtime.live.history import Snapshot, describe, find_missed
from app.realtime.live.hub import Hub
from app.realtime.live.inbound import BadFrame, Request, Since, Wanted, parse
from app.realtime.live.limits import MOST_ROOMS
from app.realtime.live.message import Message
from app.realtime.live.presence import Attendance
from app.realtime.live.recovery import HistoryReader
from app.realtime.live.rights import Refusal, Rights
from app.realtime.live.room import Room
from app.realtime.live.subscriber import Subscriber
from app.realtime.live.threats import Threats
from app.realtime.live.topic import Topic
from app.realtime.live.typists import TIMES_MS, Typists
from app.settings import Settings

TOO_BIG, ABUSE = 1009, 4429
REFUSED: dict[str, Any] = {"error": "forbidden"}
# There is nothing to catch up with: the figures follow in a frame of their own.
PRESENT: dict[str, Any] = {"mode": "presence", "recovered": True, "missed": 0}


class Dialogue:
    """Runs in the greenlet of the socket that speaks, so a socket has one request in hand at a time."""

    def __init__(
        self,
        settings: Settings,
        hub: Hub,
        subscriber: Subscriber,
        history: HistoryReader,
        rights: Rights,
        threats: Threats,
        presence: Attendance,
        typists: Typists,
    ):
        self._settings = settings
        self._hub = hub
        self._subscriber = subscriber
        self._history = history
        self._rights = rights
        self._threats = threats
        self._presence = presence
        self._typists = typists

    def greet(self, connection: Connection) -> None:
        typing = {"typing": TIMES_MS} if self._settings.CHAT_ENABLE_TYPING_INDICATORS else {}
        connection.tell(
            {
                "type": "hello",
                "v": 1,
                "conn": connection.id,
                "beat": self._settings.WEBSOCKET_HEARTBEAT_INTERVAL,
                "max": self._settings.WEBSOCKET_MAX_MESSAGE,
                **typing,
            }
        )
        if self._hub.degraded_since is not None:
            connection.tell({"type": "degraded", "since": self._hub.degraded_since})

    def on_text(self, connection: Connection, text: str) -> None:
        self._hub.meters.messages_in += 1
        self._hub.meters.bytes_in += len(text)
        try:
            self._answer(connection, parse(text))
        except BadFrame as error:
            self._complain(connection, error.code, str(error), error.id)
            self._threats.weigh(connection, error.code)

    def on_binary(self, connection: Connection, data: bytes) -> None:
        self._hub.meters.messages_in += 1
        self._complain(connection, "bad_request", "text frames only")
        self._threats.weigh(connection, "bad_request")

    def on_breach(self, connection: Connection, code: int) -> None:
        self._threats.weigh(connection, "oversize" if code == TOO_BIG else "breach")

    def on_pong(self, connection: Connection, payload: bytes) -> None:
        """Only the answer to the newest ping tells a round trip; anything else a peer may have made up."""
        if payload == STAMP.pack(connection.pinged_at):
            self._hub.meters.round_trip.observe((time.monotonic() - connection.pinged_at) * 1000)

    def on_excess(self, connection: Connection) -> None:
        if connection.bucket.is_abused:
            self._threats.weigh(connection, "flood")
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
        elif request.type == "renew":
            self._renew(connection, request)
        elif request.type == "typing":
            self._typists.take(connection, request.channels[0].name, request.state or "")
        else:
            self._subscribe(connection, request)

    def _renew(self, connection: Connection, request: Request) -> None:
        self._rights.redeem(connection, request.ticket or "")
        if connection.close_code is None:
            connection.tell(with_id({"type": "renewed", "channels": [*connection.grants]}, request.id))

    def _subscribe(self, connection: Connection, request: Request) -> None:
        """Listen first, read history second: the other way round a message between the two is lost."""
        if request.lang:
            connection.speak(request.lang)
        if request.token:
            self._rights.introduce(connection, request.token)
        if connection.close_code is not None:
            return
        answers: dict[str, dict[str, Any]] = {}
        wanted: dict[Topic, Since | None] = {}
        rooms: list[Room] = []
        is_honest = True
        for item in request.channels:
            outcome = self._admit(connection, item)
            if isinstance(outcome, Topic):
                wanted[outcome] = item.since
            elif isinstance(outcome, Room):
                rooms.append(outcome)
            else:
                answers[item.name] = {"error": outcome.code}
                is_honest = is_honest and outcome.is_honest
        if not is_honest:
            self._threats.weigh(connection, "forbidden")
        snapshots = self._look_up(wanted)
        # Whose right was taken back while Redis was asked is not there any more.
        answers |= {room.name: PRESENT if connection in room.members else REFUSED for room in rooms}
        if connection.close_code is None:
            self._reply(connection, request, wanted, snapshots, answers)
            self._presence.welcome(connection, rooms)

    def _admit(self, connection: Connection, wanted: Wanted) -> Topic | Room | Refusal:
        """The topic, held back for this socket, or the room that it is in now."""
        right = self._rights.find(connection, wanted)
        if isinstance(right, Refusal):
            return right
        is_room = right.channel.mode == "presence"
        if wanted.name not in connection.channels and self._is_full(connection, is_room):
            return Refusal("too_many")
        if not connection.channel_bucket.take(time.monotonic()):
            return Refusal("rate_limited")
        if is_room:
            return self._hub.join(connection, wanted.name, right.channel, right.expires)
        return self._hub.hold(connection, wanted.name, right.channel, right.expires)

    def _is_full(self, connection: Connection, is_room: bool) -> bool:
        names = connection.channels
        if len(names) >= self._settings.WEBSOCKET_MAX_CHANNELS:
            return True
        return is_room and sum(name in self._hub.rooms for name in names) >= MOST_ROOMS

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
                answers[topic.name] = REFUSED  # Revoked while Redis was asked.
                continue
            snapshot = snapshots.get(topic.name)
            missed = find_missed(topic.channel, since, snapshot) if snapshot else None
            replays[topic] = missed or []
            answers[topic.name] = describe(topic.channel, snapshot, missed)
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
            if connection not in topic.held:
                return  # Revoked while the reader took its time.
            self._replay(connection, message)
        waiting = topic.held.get(connection)
        while waiting and topic.held.get(connection) is waiting:
            message = waiting.popleft()
            if told is None or message.offset > told or snapshot is None or message.epoch != snapshot.epoch:
                self._replay(connection, message)
        if topic.held.get(connection) is waiting and waiting is not None:
            topic.release(connection, snapshot)

    def _replay(self, connection: Connection, message: Message) -> None:
        frame = message.frame(*connection.variant)
        if connection.write(frame):
            self._hub.meters.messages_out += 1
            self._hub.meters.bytes_out += len(frame)
        connection.outbox.wait()


def with_id(body: dict[str, Any], id: int | str | None) -> dict[str, Any]:
    return body if id is None else {**body, "id": id}
