"""Who was told more than has been written to the others yet is not told it twice."""

from types import SimpleNamespace
from typing import Any

import gevent

from app.realtime.channels import CHANNELS
from app.realtime.live.history import Snapshot
from app.realtime.live.hub import SOCKETS_BETWEEN_PAUSES, Hub
from app.realtime.live.message import Message


class Listening:
    """A connection as far as it is written to."""

    variant = ("en", False)
    spoke_at = 0.0

    def __init__(self) -> None:
        self.channels: dict[str, float | None] = {}
        self.frames: list[bytes] = []
        self.outbox = SimpleNamespace(send=self.send)

    def send(self, frame: bytes, key: str | None = None) -> bool:
        self.frames.append(frame)
        return True


def message(offset: int, epoch: str) -> Message:
    return Message("shop", CHANNELS["shop"], offset, epoch, b'{"event":"changed"}')


def snapshot(offset: int, epoch: str) -> Snapshot:
    return Snapshot(epoch, 0, offset, None, ())


def dispatch(hub: Hub, topic: Any, offset: int, epoch: str) -> None:
    """As the subscriber does."""
    topic.advance(message(offset, epoch))
    hub.deliver(topic, message(offset, epoch))


def test_who_asks_again_while_a_message_is_written_to_many_gets_it_once() -> None:
    hub = Hub()
    connections: list[Any] = [Listening() for _ in range(SOCKETS_BETWEEN_PAUSES + 1)]
    for connection in connections:
        topic = hub.hold(connection, "shop", CHANNELS["shop"], None)
        topic.release(connection, None)

    def ask_again() -> None:
        (waiting,) = [connection for connection in connections if not connection.frames]
        topic.hold(waiting)
        waiting.frames.append(b"the answer that includes message 1")
        topic.release(waiting, snapshot(1, "k"))

    gevent.spawn(ask_again)
    dispatch(hub, topic, 1, "k")
    assert [len(connection.frames) for connection in connections] == [1] * len(connections)

    dispatch(hub, topic, 2, "k")
    assert [len(connection.frames) for connection in connections] == [2] * len(connections)
    assert not topic.floors


def test_who_was_told_messages_of_a_new_epoch_does_not_get_them_again_when_they_are_heard() -> None:
    hub = Hub()
    early, late = (Listening() for _ in range(2))
    topic = hub.hold(early, "shop", CHANNELS["shop"], None)  # type: ignore[arg-type]
    topic.release(early, snapshot(10, "old"))  # type: ignore[arg-type]
    dispatch(hub, topic, 11, "old")

    topic.hold(late)  # type: ignore[arg-type]
    topic.release(late, snapshot(102, "new"))  # type: ignore[arg-type]
    for offset in (101, 102, 103):
        dispatch(hub, topic, offset, "new")

    assert [len(listening.frames) for listening in (early, late)] == [4, 1]
    assert not topic.floors
