"""The socket process as gunicorn runs it in tests: the real one, plus a way to make a handler fail and a
shorter grace.
"""

from types import MethodType
from typing import Any

from app.environment import load
from app.realtime.live import heartbeat
from app.realtime.live.dialogue import Dialogue
from app.realtime.live.server import create_live

heartbeat.IDLE_TOPIC_SECONDS = 2


def fail_on_demand(self: Dialogue, connection: Any, text: str) -> None:
    if '"boom"' in text:
        raise RuntimeError("a handler with a bug")
    Dialogue.on_text(self, connection, text)


live = create_live(load())
part = live.extensions["live"]
part.dialogue.on_text = MethodType(fail_on_demand, part.dialogue)
