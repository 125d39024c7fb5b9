"""What a channel shows right now, read from SQL: for pages that missed something and for those without a socket."""

from collections.abc import Callable

from flask import Flask, current_app

from app.realtime.channels import find_channel
from app.realtime.publish import Message

Snapshot = Callable[[list[str]], list[Message]]


def init_app(app: Flask) -> None:
    app.extensions["snapshots"] = {}


def register(app: Flask, kind: str, snapshot: Snapshot) -> None:
    """`snapshot` takes keys of channels of this kind and leaves out those it does not know."""
    app.extensions["snapshots"][kind] = snapshot


def read(channels: list[str]) -> list[Message]:
    """One message for each public state channel that exists; other names are ignored."""
    keys: dict[str, list[str]] = {}
    for name in dict.fromkeys(channels):
        channel = find_channel(name)
        if channel and channel.public and channel.kind in current_app.extensions["snapshots"]:
            keys.setdefault(channel.kind, []).append(name.split(":", 1)[1])
    return [
        message
        for kind, names in keys.items()
        for message in current_app.extensions["snapshots"][kind](names)
    ]
