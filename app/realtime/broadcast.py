"""Messages that a program sends through the API, with a count of the sockets that got them."""

import secrets
from typing import Any

from flask import current_app

from app.core.clock import now_ms
from app.core.redis import RedisDown
from app.realtime.channels import find_channel
from app.realtime.errors import ChannelNotWritable, RealtimeDown, UnknownChannel
from app.realtime.publish import Message, Published, publish

ANSWER_WITHIN_S = 0.3


def send(channel: str, event: str, payload: dict[str, Any]) -> tuple[Published, int | None]:
    """Publish and wait for the socket processes to say how many sockets they wrote to; None when one stayed silent.

    Raises UnknownChannel, ChannelNotWritable for what only features publish, RealtimeDown.
    """
    kind = find_channel(channel)
    production = current_app.config["SETTINGS"].is_production
    if kind is None or (production and not kind.in_production):
        raise UnknownChannel(f"{channel} is no channel")
    if kind.mode != "event":
        shown = "what the database says" if kind.mode == "state" else "who is there"
        raise ChannelNotWritable(f"{channel} shows {shown}")
    if not kind.open_to_programs:
        raise ChannelNotWritable(f"{channel} tells of what was written elsewhere")
    reply = f"rt:reply:{secrets.token_hex(8)}"
    try:
        published = publish(Message(channel, event, now_ms(), payload, reply=reply))
    except RedisDown as error:
        raise RealtimeDown() from error
    return published, count_reached(reply, published.processes)


def count_reached(reply: str, processes: int) -> int | None:
    """What was sent stays sent when Redis dies before the answers: then nobody knows how many it reached."""
    answers = [wait_for_answer(reply) for _ in range(processes)]
    return None if None in answers else sum(answer or 0 for answer in answers)


def wait_for_answer(reply: str) -> int | None:
    try:
        answer = current_app.extensions["redis"].call(
            lambda client: client.blpop([reply], timeout=ANSWER_WITHIN_S)
        )
    except RedisDown:
        return None
    return int(answer[1]) if answer else None
