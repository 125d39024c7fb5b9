"""One channel as this process hears it: its listeners and how far it has been heard."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gevent.event import Event

from app.realtime.channels import Channel
from app.realtime.live.message import Message

if TYPE_CHECKING:
    from app.realtime.live.connection import Connection

MOST_HELD_BACK = 512


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A channel in Redis at one moment.

    Its first message has the offset after `start`. `entries` are what its stream holds after the offset that was asked for.
    """

    epoch: str | None
    start: int
    offset: int
    version: int | None
    entries: tuple[Message, ...]

    def count_from(self, offset: int) -> int:
        """Where the messages after `offset` count from: who came before the first message knows the offset 0."""
        return offset or self.start


class Topic:
    """Listeners are either members, who are written to, or held back until their own answer is written."""

    __slots__ = (
        "name",
        "channel",
        "members",
        "held",
        "floors",
        "unsure",
        "offset",
        "epoch",
        "version",
        "is_heard",
        "is_asked",
        "is_live",
        "ready",
        "idle_since",
        "cache",
    )

    def __init__(self, name: str, channel: Channel, now: float):
        self.name = name
        self.channel = channel
        self.members: set[Connection] = set()
        self.held: dict[Connection, deque[Message]] = {}
        # Who has been told more than was dispatched yet, and up to which offset.
        self.floors: dict[Connection, int] = {}
        # Who joined while Redis could not be heard: what they miss cannot be known.
        self.unsure: set[Connection] = set()
        self.offset: int | None = None
        self.epoch: str | None = None
        self.version: int | None = None
        self.is_heard = False
        self.is_asked = False
        self.is_live = False
        self.ready = Event()
        self.idle_since: float | None = now
        self.cache: dict[int | None, tuple[float, Snapshot]] = {}

    @property
    def is_state(self) -> bool:
        return self.channel.mode == "state"

    @property
    def is_empty(self) -> bool:
        return not self.members and not self.held

    def listeners(self) -> set[Connection]:
        return self.members | self.held.keys()

    def hold(self, connection: Connection) -> None:
        """From here on nothing is lost for `connection`, and nothing is written to it before `release`."""
        self.members.discard(connection)
        self.held[connection] = deque()
        self.idle_since = None

    def hold_back(self, message: Message) -> None:
        for connection, waiting in self.held.items():
            if self.is_state:
                waiting.clear()
            elif len(waiting) >= MOST_HELD_BACK:
                connection.outbox.cut()
                continue
            waiting.append(message)

    def release(self, connection: Connection, told: int | None) -> None:
        """`told` is the offset up to which the connection has had its answer; None when that is not known."""
        del self.held[connection]
        self.members.add(connection)
        if told and not (self.is_heard and self.offset is not None and told <= self.offset):
            self.floors[connection] = told
        if not self.is_live:
            self.unsure.add(connection)

    def leave(self, connection: Connection, now: float) -> None:
        self.members.discard(connection)
        self.held.pop(connection, None)
        self.floors.pop(connection, None)
        self.unsure.discard(connection)
        if self.is_empty:
            self.idle_since = now

    def note(self, snapshot: Snapshot) -> None:
        """Remember how far the channel was when its first listener came: the least of what was read before a
        message is heard.

        The least, because one listener's read may have seen a message that the other's did not, before it is
        heard here.
        """
        if (
            self.offset is None
            or not self.is_heard
            and snapshot.epoch == self.epoch
            and snapshot.offset < self.offset
        ):
            self.epoch, self.offset, self.version = snapshot.epoch, snapshot.offset, snapshot.version

    def advance(self, message: Message) -> None:
        if message.epoch != self.epoch:
            self.floors.clear()
        self.epoch, self.offset, self.is_heard = message.epoch, message.offset, True
        if message.version is not None:
            self.version = message.version

    def start_again(self, snapshot: Snapshot) -> None:
        """Nothing connects what was heard to what Redis holds now."""
        self.floors.clear()
        self.is_heard = False
        self.epoch, self.offset, self.version = snapshot.epoch, snapshot.offset, snapshot.version

    def lose(self) -> None:
        """Redis is gone. Who waits for the channel to be live is woken to find that it is not."""
        self.is_asked = self.is_live = False
        self.cache.clear()
        if self.offset is None:
            self.unsure |= self.listeners()
        self.ready.set()
