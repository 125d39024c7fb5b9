"""What a socket process finds out about an address stands in the audit, once."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.database import db
from app.core.redis import RedisDown
from app.realtime import incidents
from app.realtime.incidents import record_incidents
from app.realtime.keys import THREATS_KEY
from app.security.models import AuditEntry
from tests.realtime.live.addresses import ATTACKER, connect, of
from tests.realtime.live.peers import RawPeer
from tests.realtime.live.servers import ROOT, LiveServer
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

INCIDENT = {
    "id": "ab12", "at": 1790000000123, "address": "2001:db8::7", "network": "2001:db8::/64", "until": 1790000300.1,
    "blocked": 1, "subject": "user:ab12", "kind:flood": 1, "kind:bad_request": 8,
}  # fmt: skip


# A clock that is killed when it has written the audit and is about to take the incident from Redis.
KILLED = """
import os, signal
from redis import Redis
from app import create_app
from app.realtime.incidents import record_incidents

Redis.xdel = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with create_app().app_context():
    record_incidents()
"""


@pytest.fixture
def socket_process(redis: Any, session_redis: RedisServer, start_live: Any) -> LiveServer:
    server: LiveServer = start_live(REDIS_URL=session_redis.url, TRUSTED_PROXIES="1")
    return server


@pytest.fixture
def clock(process_environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "clock"]
    process = subprocess.Popen(command, cwd=ROOT, env=process_environment, stderr=subprocess.DEVNULL)
    yield process
    process.kill()
    process.wait(10)


def entries() -> list[AuditEntry]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)))


def break_the_protocol(server: LiveServer, address: str) -> None:
    for _ in range(5):
        peer = RawPeer(server.port, of(address))
        peer.send_frame(3, b"")
        peer.wait_close_code()


def test_an_address_that_is_blocked_is_in_the_audit_soon(
    app: Flask, socket_process: LiveServer, clock: subprocess.Popen[bytes]
) -> None:
    break_the_protocol(socket_process, ATTACKER)

    (entry,) = wait_for(entries, what="the entry")

    assert (entry.action, entry.object, entry.ip) == ("address_blocked", f"address:{ATTACKER}", ATTACKER)
    assert (entry.actor, entry.after) == ("guest", {"breach": 5})
    assert connect(socket_process).wait_closed() == 4429


def test_all_of_an_incident_is_kept(any_app: Flask, redis: Any) -> None:
    redis.xadd(THREATS_KEY, INCIDENT)

    assert record_incidents() == 1

    (entry,) = entries()
    assert (entry.at, entry.actor, entry.ip) == (1790000000123, "user:ab12", "2001:db8::7")
    assert (entry.object, entry.after) == ("address:2001:db8::/64", {"flood": 1, "bad_request": 8})
    assert redis.xlen(THREATS_KEY) == 0


def test_one_that_was_told_twice_is_one_and_another_is_another(any_app: Flask, redis: Any) -> None:
    for change in ({}, {}, {"id": "cd34", "blocked": 0}):
        redis.xadd(THREATS_KEY, {**INCIDENT, **change})

    record_incidents()

    assert [entry.action for entry in entries()] == ["address_blocked", "address_suspected"]


def test_a_clock_that_dies_between_the_audit_and_redis_writes_nothing_twice(
    any_app: Flask, redis: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis.xadd(THREATS_KEY, INCIDENT)
    monkeypatch.setattr(type(redis), "xdel", die)
    with pytest.raises(KeyboardInterrupt):
        record_incidents()
    monkeypatch.undo()
    assert (len(entries()), redis.xlen(THREATS_KEY)) == (1, 1)

    record_incidents()

    assert (len(entries()), redis.xlen(THREATS_KEY)) == (1, 0)


def test_the_next_clock_goes_on_where_one_was_killed(
    app: Flask, redis: Any, process_environment: dict[str, str], request: pytest.FixtureRequest
) -> None:
    redis.xadd(THREATS_KEY, INCIDENT)
    killed = subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, env=process_environment, check=False)
    assert (killed.returncode, len(entries()), redis.xlen(THREATS_KEY)) == (-9, 1, 1)

    request.getfixturevalue("clock")

    wait_for(lambda: redis.xlen(THREATS_KEY) == 0, what="the clock")
    assert len(entries()) == 1


def test_a_clock_that_dies_before_the_audit_is_written_loses_nothing(
    any_app: Flask, redis: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis.xadd(THREATS_KEY, INCIDENT)
    monkeypatch.setattr(incidents.audit, "record", die)
    with pytest.raises(KeyboardInterrupt):
        record_incidents()
    monkeypatch.undo()
    assert entries() == []

    record_incidents()

    assert len(entries()) == 1


def die(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def test_what_comes_after_redis_was_emptied_is_recorded_too(
    app: Flask, socket_process: LiveServer, redis: Any
) -> None:
    break_the_protocol(socket_process, "203.0.113.1")
    wait_for(record_incidents, what="the first incident")

    redis.flushall()
    break_the_protocol(socket_process, "203.0.113.2")
    wait_for(record_incidents, what="the second incident")

    assert [entry.ip for entry in entries()] == ["203.0.113.1", "203.0.113.2"]


def test_without_redis_the_clock_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.extensions["redis"], "call", fail)

    assert record_incidents() == 0


def fail(_: Any) -> None:
    raise RedisDown("gone")


def test_what_cannot_be_read_stops_nobody(app: Flask, redis: Any) -> None:
    for odd in ({"id": "x"}, {**INCIDENT, "at": "noon"}, {**INCIDENT, "address": b"\xff"}):
        redis.xadd(THREATS_KEY, odd)
    redis.xadd(THREATS_KEY, INCIDENT)

    record_incidents()

    assert len(entries()) == 1
    assert redis.xlen(THREATS_KEY) == 0
