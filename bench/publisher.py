"""Publishes on a schedule, through the shop's own publish."""

import random
import time

from flask import Flask

from app.core.redis import Breaker, connect
from app.realtime.channels import find_channel
from app.realtime.publish import Message, publish_all
from bench.schedule import Schedule
from bench.shop import Broken

EVENT = "stock_changed"
GLAZES = ("celadon", "tenmoku", "shino", "oribe", "ash white", "cobalt", "copper red", "matte black")
SHAPES = ("vase", "bowl", "teapot", "tumbler", "plate", "lamp", "planter", "jar")


class Publisher:
    def __init__(self, redis_url: str):
        self._app = Flask("bench")
        self._app.extensions["redis"] = Breaker(connect(redis_url))
        self._number = 0

    def publish(self, schedule: Schedule, content: str, channels: list[str], batch: int = 1) -> list[float]:
        """At each moment `batch` messages in one round trip, each to the next channel.

        Every message carries its number, which grows for ever, and its due moment. Returns how many ms late each was.
        """
        lateness = []
        with self._app.app_context():
            for number, due in schedule.moments():
                lateness.append((time.time() - due) * 1000)
                names = [channels[(number * batch + turn) % len(channels)] for turn in range(batch)]
                answers = publish_all([self._message(name, due, content) for name in names])
                if not all(answer.processes for answer in answers):
                    raise Broken("nobody listens to a channel, or its version is not new")
        return lateness

    def _message(self, channel: str, due: float, content: str) -> Message:
        self._number += 1
        data = {"number": self._number, "due": due}
        kind = find_channel(channel)
        version = self._number if kind and kind.mode == "state" else None
        return Message(channel, EVENT, int(due * 1000), data, {"en": content}, version)


def fragment(size: int) -> str:
    """HTML of exactly `size` bytes, the same on every machine, about as repetitive as the shop's own."""
    words = random.Random(1)
    text = ""
    while len(text) < size:
        name = f"{words.choice(GLAZES)} {words.choice(SHAPES)} {words.randint(100, 999)}"
        text += f"<span data-stock='{words.getrandbits(32):08x}'><span class='c-badge'>{name}</span></span>"
    return text[:size]
