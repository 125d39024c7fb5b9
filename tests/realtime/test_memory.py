"""What is looked up once a second for all."""

import pytest

from app.realtime import memory
from app.realtime.memory import Memory


def test_what_is_over_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Memory()
    monkeypatch.setattr(memory, "KEPT_S", 0)
    for position in range(100):
        kept.keep(position, "a long history")

    assert len(kept._kept) == 1


def test_the_oldest_goes_when_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Memory()
    monkeypatch.setattr(memory, "MOST", 2)
    for key in ("a", "b", "a", "c"):
        kept.keep(key, key)

    assert [kept.find(key) for key in ("a", "b", "c")] == ["a", None, "c"]
