"""Who is connected and who looks at what, asked by the web process and by jobs.

The socket processes write it (`live.presence`). A figure is at most about two seconds old; of a process that was killed it
still counts everybody until its lease ends. Right after Redis has lost its data it is too low for as long.
"""

from collections.abc import Collection, Iterable
from typing import Any

from flask import current_app

from app.core.redis import RedisDown
from app.realtime import leases
from app.realtime.channels import find_channel
from app.realtime.keys import PRESENCE_KEY
from app.realtime.leases import CONNECTED, Presence


def find_connected(subjects: Collection[str]) -> frozenset[str] | None:
    """Which of these users and visitors have a socket; None when that is not known."""

    def ask(client: Any) -> list[int]:
        pipe = client.pipeline(transaction=False)
        for subject in subjects:
            pipe.eval(leases.FIND, 1, PRESENCE_KEY, CONNECTED, subject)
        return list(pipe.execute())

    if not is_counted():
        return None
    try:
        answers = current_app.extensions["redis"].call(ask)
    except RedisDown:
        return None
    return frozenset(subject for subject, answer in zip(subjects, answers, strict=True) if answer)


def is_counted() -> bool:
    """Whether a socket process says who is there. After a flush of Redis they do again long before a lease ends."""

    def ask(client: Any) -> int:
        seconds, microseconds = client.time()
        return int(client.zcount(PRESENCE_KEY, f"({seconds * 1000 + microseconds // 1000}", "+inf"))

    try:
        return bool(current_app.extensions["redis"].call(ask))
    except RedisDown:
        return False


def count_connected() -> int | None:
    """How many users and visitors have a socket, over all processes, each one once; None when Redis is down."""
    try:
        return read({CONNECTED: False})[CONNECTED].count
    except RedisDown:
        return None


def read_channels(names: Iterable[str]) -> dict[str, Presence]:
    """Who is present in these presence channels. Raises RedisDown."""
    kinds = {name: find_channel(name) for name in names}
    return read({name: not kind.public for name, kind in kinds.items() if kind and kind.mode == "presence"})


def read(wanted: dict[str, bool]) -> dict[str, Presence]:
    if not wanted:
        return {}
    answer = current_app.extensions["redis"].call(lambda client: leases.ask(client, wanted))
    return leases.read_answer(wanted, answer)
