"""What is too old goes, a chunk at a time, and nothing else goes with it."""

import pytest
import sqlalchemy as sa

from app.core import clock, database, idempotency, outbox_rows
from app.core.database import db, transaction
from app.core.idempotency import IdempotencyKey
from app.core.outbox_rows import OutboxEvent
from app.security import sessions
from app.security.models import LoginSession
from tests.factories import make_user

CHUNK = 2
OLD = range(5)


@pytest.fixture(autouse=True)
def transactions(monkeypatch, any_app):
    """How many rows each transaction deleted."""
    monkeypatch.setattr(database, "CHUNK", CHUNK)
    counts = []

    def count(_connection, cursor, statement, *_):
        if statement.startswith("DELETE"):
            counts.append(cursor.rowcount)

    sa.event.listen(db.engine, "after_cursor_execute", count)
    return counts


def idempotency_keys():
    # The same key in two scopes: only one of them is old.
    old = [IdempotencyKey(scope="old", key=f"k{n}", request_hash="", created_at=n) for n in OLD]
    return [*old, IdempotencyKey(scope="new", key="k1", request_hash="", created_at=clock.now_ms())]


def outbox_events():
    times = {"version": 0, "payload": {}, "created_at": 0, "next_try_at": 0}
    old = [OutboxEvent(topic="old", key="k", published_at=n, **times) for n in OLD]
    return [*old, OutboxEvent(topic="new", key="k", published_at=None, **times)]


def login_sessions():
    now, rest = clock.now_ms(), {"user_id": make_user().id, "ip": "", "user_agent": ""}
    old = [LoginSession(id_hash=f"old{n}", expires_at=n, created_at=now, **rest) for n in OLD]
    return [*old, LoginSession(id_hash="new", expires_at=now + 60_000, created_at=now, **rest)]


@pytest.mark.parametrize(
    ("make_rows", "prune", "name"),
    [
        (idempotency_keys, idempotency.prune, IdempotencyKey.scope),
        (outbox_events, outbox_rows.prune, OutboxEvent.topic),
        (login_sessions, sessions.prune, LoginSession.id_hash),
    ],
)
def test_old_rows_go_in_chunks_and_the_others_stay(transactions, make_rows, prune, name):
    with transaction():
        db.session.add_all(make_rows())

    prune()

    assert transactions == [2, 2, 1]
    assert db.session.scalars(sa.select(name)).all() == ["new"]
