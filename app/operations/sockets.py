"""How many sockets there are, for the chart of the last hour: no socket process can write it for all."""

from contextlib import suppress

from flask import current_app

from app.core.redis import RedisDown
from app.monitoring import traffic
from app.realtime.status import read_processes


def note_sockets() -> None:
    with suppress(RedisDown):
        sockets = sum(process.get("connections") or 0 for process in read_processes())
        current_app.extensions["redis"].call(
            lambda client: traffic.note_in_minute(client, "sockets", sockets)
        )
