"""What the shop published, heard where the socket processes hear it: on Redis."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.waiting import PATIENCE_S, wait_for

PREFIX = "rt:p:"
QUIET_S = 0.1


class Published:
    """Messages as `{channel, offset, epoch, event, ts, data, content, ...}`, in order."""

    def __init__(self, client: Any):
        self._subscription = client.pubsub(ignore_subscribe_messages=True)
        self._subscription.psubscribe(f"{PREFIX}*")
        self._subscription.get_message(timeout=1)  # the confirmation: from here on nothing is missed
        self._messages: list[dict[str, Any]] = []

    def seen(self) -> list[dict[str, Any]]:
        """All so far. Publishing is done before an action returns, so there is little to wait for."""
        while message := self._subscription.get_message(timeout=QUIET_S):
            self._messages.append(parse(message))
        return self._messages

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        """All, once there are at least `count`."""
        return wait_for(lambda: len(self.seen()) >= count and self._messages, PATIENCE_S, f"{count} messages")

    def clear(self) -> None:
        self.seen()
        self._messages = []

    def close(self) -> None:
        self._subscription.close()


def parse(message: dict[str, Any]) -> dict[str, Any]:
    offset, epoch, body = message["data"].decode().split(":", 2)
    channel = message["channel"].decode().removeprefix(PREFIX)
    return {"channel": channel, "offset": int(offset), "epoch": epoch, **json.loads(body)}


@pytest.fixture
def published(redis: Any) -> Iterator[Published]:
    recorder = Published(redis)
    yield recorder
    recorder.close()
