"""The socket process as gunicorn runs it in tests: the real one, plus ways to make a handler fail and to set its clock,
and a shorter grace.
"""

import json
import os
import time
from types import MethodType
from typing import Any

from app.core import logs
from app.environment import load
from app.realtime.live import echo, heartbeat
from app.realtime.live.dialogue import Dialogue
from app.realtime.live.server import create_live

heartbeat.IDLE_TOPIC_SECONDS = 2
heartbeat.HALF_FRAME_SECONDS = 3
echo.IDLE_SECONDS = int(os.environ.get("ECHO_IDLE_SECONDS", echo.IDLE_SECONDS))
now = time.time


def fail_on_demand(self: Dialogue, connection: Any, text: str) -> None:
    if '"boom"' in text:
        raise RuntimeError("a handler with a bug")
    if '"clock"' in text:
        ahead = json.loads(text)["ahead"]
        time.time = lambda: now() + ahead
    Dialogue.on_text(self, connection, text)


logs.init_logs()
live = create_live(load())
part = live.extensions["live"]
part.dialogue.on_text = MethodType(fail_on_demand, part.dialogue)
