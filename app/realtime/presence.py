"""Who is connected and who looks at what, asked by the web process and by jobs.

The socket processes write it (`live.presence`). A figure is at most about two seconds old; of a process that was killed it
still counts everybody until its lease ends. Right after Redis has lost its data it is too low for as long.
"""

from collections.abc import Iterable

from flask import current_app

from app.core.redis import RedisDown
from app.realtime import leases
from app.realtime.channels import find_channel
from app.realtime.leases import CONNECTED, Presence


def is_connected(subject: str) -> bool:
    """Whether this user or visitor has a socket open anywhere. False when Redis is down: a mail too many harms less than
    one that never comes.
    """
    try:
        return bool(
            current_app.extensions["redis"].call(lambda client: leases.has_name(client, CONNECTED, subject))
        )
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
