"""A presence channel as this process knows it: whoever listens to it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.realtime.channels import Channel
from app.realtime.leases import Presence

if TYPE_CHECKING:
    from app.realtime.live.connection import Connection


class Room:
    """`newcomers` have not been told yet who is there; `told` is what the others know."""

    __slots__ = ("name", "channel", "members", "newcomers", "told", "told_at")

    def __init__(self, name: str, channel: Channel):
        self.name = name
        self.channel = channel
        self.members: set[Connection] = set()
        self.newcomers: set[Connection] = set()
        self.told: Presence | None = None
        self.told_at = float("-inf")

    def listeners(self) -> set[Connection]:
        return set(self.members)

    def leave(self, connection: Connection, now: float) -> None:
        self.members.discard(connection)
        self.newcomers.discard(connection)

    def names(self) -> set[str]:
        """Two tabs of one subject are one; a socket of nobody known counts by itself."""
        return {
            connection.subject or connection.id
            for connection in self.members
            if connection.close_code is None
        }
