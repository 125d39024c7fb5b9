"""One channel as this process hears it: its listeners and how far it has been heard."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from gevent.event import Event

from app.realtime.channels import Channel
from app.realtime.live.history import Snapshot
from app.realtime.live.message import Message

if TYPE_CHECKING:
    from app.realtime.live.connection import Connection

MOST_HELD_BACK = 512


class Topic:
    """Listeners are either members, who are written to, or held back until their own answer is written."""

    __slots__ = (
        "name",
        "channel",
        "members",
        "held",
        "floors",
        "floors_epoch",
        "unsure",
        "offset",
        "epoch",
        "version",
        "is_heard",
        "is_asked",
        "is_live",
        "is_in_delivery",
        "ready",
        "idle_since",
        "cache",
        "typists",
    )

    def __init__(self, name: str, channel: Channel, now: float):
        self.name = name
        self.channel = channel
        self.members: set[Connection] = set()
        self.held: dict[Connection, deque[Message]] = {}
        # Who has been told more than was dispatched yet, and up to which offset of `floors_epoch`.
        self.floors: dict[Connection, int] = {}
        self.floors_epoch: str | None = None
        # Who joined while Redis could not be heard: what they miss cannot be known.
        self.unsure: set[Connection] = set()
        self.offset: int | None = None
        self.epoch: str | None = None
        self.version: int | None = None
        self.is_heard = False
        self.is_asked = False
        self.is_live = False
        # The message that was heard last is still being written to one member after the other.
        self.is_in_delivery = False
        self.ready = Event()
        self.idle_since: float | None = now
        self.cache: dict[int | None, tuple[float, Snapshot]] = {}
        # By socket, when it last began to type, and whether it still does.
        self.typists: dict[Connection, tuple[float, bool]] = {}

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

    def release(self, connection: Connection, told: Snapshot | None) -> None:
        """`told` is how far the connection has had its answer; None when that is not known."""
        del self.held[connection]
        self.members.add(connection)
        if told and told.offset and not self.has_passed(told):
            if told.epoch != self.floors_epoch:
                self.floors.clear()
            self.floors[connection], self.floors_epoch = told.offset, told.epoch
        if not self.is_live:
            self.unsure.add(connection)

    def has_passed(self, told: Snapshot) -> bool:
        """Whether nothing that `told` covers will be written to a member any more."""
        if self.is_in_delivery or not self.is_heard or told.epoch != self.epoch:
            return False
        return told.offset <= (self.offset or 0)

    def leave(self, connection: Connection, now: float) -> None:
        self.members.discard(connection)
        self.held.pop(connection, None)
        self.floors.pop(connection, None)
        self.typists.pop(connection, None)
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
        if message.epoch not in (self.epoch, self.floors_epoch):
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
