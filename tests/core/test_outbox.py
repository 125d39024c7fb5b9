"""Handing over what a transaction announced: together where the topic's handler takes many."""

import pytest
import sqlalchemy as sa

from app.core import outbox
from app.core.database import db, now_ms, transaction
from app.core.outbox_rows import OutboxEvent
from app.core.redis import RedisDown


@pytest.fixture
def heard(app):
    """What the handler of the topic `lines` was given, call by call."""
    calls = []
    outbox.register_many(app, "lines", lambda events: calls.append([event.key for event in events]))
    return calls


def announce(*keys, topic="lines"):
    with transaction():
        for key in keys:
            outbox.announce(topic, key)


def make_due():
    with transaction():
        db.session.execute(sa.update(OutboxEvent).values(next_try_at=now_ms()))


def waiting():
    return db.session.scalar(sa.select(sa.func.count()).where(OutboxEvent.published_at.is_(None)))


def test_what_one_transaction_tells_is_handed_over_in_one_call(heard):
    announce("a", "b", "c")

    assert heard == [["a", "b", "c"]]


def test_what_is_rolled_back_is_not_told_with_the_next(heard):
    with pytest.raises(ZeroDivisionError), transaction():
        outbox.announce("lines", "lost")
        1 / 0  # noqa: B018
    announce("kept")

    assert heard == [["kept"]]


def test_one_that_cannot_be_told_keeps_none_of_the_others(app):
    told = []

    def tell(events):
        if any(event.key == "broken" for event in events):
            raise ValueError("broken")
        told.extend(event.key for event in events)

    outbox.register_many(app, "lines", tell)
    announce("a", "broken", "b")
    app.extensions["outbox_marks"].flush()

    assert told == ["a", "b"]
    assert waiting() == 1


def test_without_redis_all_of_them_wait(app):
    def tell(_events):
        raise RedisDown("away")

    outbox.register_many(app, "lines", tell)
    announce("a", "b")

    assert waiting() == 2


def test_the_sweep_hands_over_many_at_once_too(app, heard):
    app.config["OUTBOX_DELIVERS"] = False
    announce("a"), announce("b")
    make_due()

    assert outbox.sweep() == 2

    assert heard == [["a", "b"]]
    assert waiting() == 0
