"""Publishes to one channel on a schedule, through the shop's own publish."""

import random
import time

from flask import Flask

from app.core.redis import Breaker, connect
from app.realtime.publish import Message, publish
from bench.schedule import Schedule
from bench.shop import Broken

EVENT = "stock_changed"
GLAZES = ("celadon", "tenmoku", "shino", "oribe", "ash white", "cobalt", "copper red", "matte black")
SHAPES = ("vase", "bowl", "teapot", "tumbler", "plate", "lamp", "planter", "jar")


class Publisher:
    def __init__(self, redis_url: str, channel: str):
        self.channel = channel
        self._app = Flask("bench")
        self._app.extensions["redis"] = Breaker(connect(redis_url))
        self._version = 0

    def publish(self, schedule: Schedule, content: str) -> list[float]:
        """Every message carries its number and its due moment. Returns how many ms late each was."""
        lateness = []
        with self._app.app_context():
            for number, due in schedule.moments():
                lateness.append((time.time() - due) * 1000)
                if not publish(self._message(number, due, content)).processes:
                    raise Broken(f"nobody listens to {self.channel}, or its version is not new")
        return lateness

    def _message(self, number: int, due: float, content: str) -> Message:
        self._version += 1
        data = {"number": number, "due": due}
        return Message(self.channel, EVENT, int(due * 1000), data, {"en": content}, self._version)


def fragment(size: int) -> str:
    """HTML of exactly `size` bytes, the same on every machine, about as repetitive as the shop's own."""
    words = random.Random(1)
    text = ""
    while len(text) < size:
        name = f"{words.choice(GLAZES)} {words.choice(SHAPES)} {words.randint(100, 999)}"
        text += f"<span data-stock='{words.getrandbits(32):08x}'><span class='c-badge'>{name}</span></span>"
    return text[:size]
