"""Telling the socket processes that a right has ended. A stream, so that a restarted one reads what it missed."""

import time

from flask import current_app

from app.core import outbox
from app.core.outbox import Announcement
from app.realtime.keys import REVOCATIONS_KEPT_S, REVOCATIONS_KEY

CHANNEL_REVOKED = "channel_revoked"


def revoke_channel(channel: str, subject: str) -> None:
    """Inside the running transaction: `subject` must not hear `channel` any more, as who has left a room."""
    outbox.announce(CHANNEL_REVOKED, f"{channel} {subject}", channel=channel, subject=subject)


def session_revoked(event: Announcement) -> None:
    tell(kind="session", session=event.key)


def subject_revoked(event: Announcement) -> None:
    tell(kind="subject", subject=event.key)


def channel_revoked(event: Announcement) -> None:
    tell(kind="channel", **event.payload)


def tell(**fields: str) -> None:
    oldest = int((time.time() - REVOCATIONS_KEPT_S) * 1000)
    current_app.extensions["redis"].call(
        lambda client: client.xadd(REVOCATIONS_KEY, fields, minid=oldest, approximate=True)
    )
