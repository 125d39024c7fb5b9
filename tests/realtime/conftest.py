"""The question a page asks that cannot open a socket."""

import pytest

from app.realtime import memory

URL = "/live/recover"


@pytest.fixture
def ask(client, monkeypatch):
    """Ask about channels. Nothing is remembered, so that each answer has what was published right before."""
    monkeypatch.setattr(memory, "KEPT_S", 0.0)

    def recover(*channels, **more):
        return client.post(URL, json={"channels": list(channels), **more}).json

    return recover


@pytest.fixture
def remembers(ask, monkeypatch):
    """What was asked is remembered, for longer than the test takes."""
    monkeypatch.setattr(memory, "KEPT_S", 60.0)
