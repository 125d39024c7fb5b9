"""Telling the socket processes that a session has ended. A stream, so that a restarted one reads what it missed."""

from flask import current_app

from app.core.outbox import Announcement
from app.realtime.keys import REVOCATIONS_KEY

LENGTH = 1000


def session_revoked(event: Announcement) -> None:
    current_app.extensions["redis"].call(
        lambda client: client.xadd(
            REVOCATIONS_KEY, {"kind": "session", "session": event.key}, maxlen=LENGTH, approximate=True
        )
    )
