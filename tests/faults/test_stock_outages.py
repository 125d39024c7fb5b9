"""Redis, the database, the disk or the app's clock fail in the middle of a reservation: all of it happens or nothing."""

import subprocess
import sys
import time

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import event

from app.core import clock, database, redis
from app.core.database import db
from app.inventory import expiry, queries, reconcile, reservations
from app.realtime.publish import published_versions
from app.security.tokens import create_token
from tests.factories import make_product
from tests.inventory.holding import ADA, age, figures, reserve
from tests.properties import oracle
from tests.support.redis_server import open_redis

URL = "/api/realtime/inventory"
on_postgres = pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
HOLD_LOCK = """
import sqlite3, sys, time
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(3)
"""


class Till:
    """A program that reserves one cup after another, each for a new owner."""

    def __init__(self, app):
        make_product(sku="CUP", stock=1000)
        token = create_token("till", ["inventory:read", "inventory:write"])
        self.headers = {"Authorization": f"Bearer {token}"}
        self.client = app.test_client()
        self.owners = 0

    def reserve(self):
        self.owners += 1
        body = {"ownerId": f"o{self.owners}", "productId": "CUP", "quantity": 1}
        return self.client.patch(URL, json=body, headers=self.headers)

    def is_told_to_come_again(self, answer):
        return (answer.status_code, answer.json["code"]) == (503, "busy") and int(
            answer.headers["Retry-After"]
        ) > 0


@pytest.fixture
def till(app):
    return Till(app)


def test_without_redis_and_after_it_has_forgotten_everything_reserving_goes_on(make_app, monkeypatch):
    monkeypatch.setattr(redis, "PAUSE_S", 0)
    with open_redis() as server:
        app = make_app(REDIS_URL=server.url)
        with app.app_context():
            till = Till(app)
            assert till.reserve().status_code == 200
            server.kill()
            assert [till.reserve().status_code for _ in range(3)] == [200] * 3
            server.start()
            server.client.flushall()
            assert till.reserve().status_code == 200

            reconcile.fill_redis()

            assert published_versions(["stock:CUP"]) == {"stock:CUP": queries.get_stock("CUP").version}
            assert figures("CUP") == (1000, 5, 995)
            assert oracle.violations() == {}


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_wrong_clock_of_the_app_ends_no_hold_and_keeps_none(any_app, monkeypatch, hours):
    wrong, right_ns = hours * 3_600, time.time_ns
    make_product(sku="CUP", stock=5)
    held = reserve(ADA, CUP=2)
    with monkeypatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: right_ns() + wrong * 10**9)
        patch.setattr(time, "time", lambda: right_ns() / 1e9 + wrong)
        assert abs(clock.now_ms() - right_ns() / 1e6) > 3_000_000

        assert expiry.expire_due() == 0
        assert reserve(ADA, CUP=2).id == held.id
        age(held, 601)
        assert expiry.expire_due() == 1
    assert figures("CUP") == (5, 0, 5)


@on_postgres
def test_a_connection_that_is_cut_in_the_middle_leaves_nothing_and_the_next_request_works(
    till, database_url, monkeypatch
):
    move = reservations.move

    def cut_then_move(*args):
        pid = db.session.scalar(sa.text("SELECT pg_backend_pid()"))
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])
        move(*args)

    for _ in range(20):  # more than the pool holds: none may leak
        monkeypatch.setattr(reservations, "move", cut_then_move)
        assert till.is_told_to_come_again(till.reserve())
        monkeypatch.setattr(reservations, "move", move)

    assert till.reserve().status_code == 200
    assert figures("CUP") == (1000, 1, 999)
    assert oracle.violations() == {}


def test_with_every_connection_taken_callers_are_told_to_come_again(make_app, monkeypatch, database_url):
    monkeypatch.setattr(database, "POOL_WAIT_S", 0.2)
    app = make_app()
    with app.app_context():
        till = Till(app)
        db.session.remove()
        taken = [db.engine.connect() for _ in range(database.POOL_SIZE)]
        assert till.is_told_to_come_again(till.reserve())
        for connection in taken:
            connection.close()

        assert till.reserve().status_code == 200
        assert figures("CUP") == (1000, 1, 999)


def test_a_database_locked_by_another_process_for_three_seconds(till, database_url):
    path = database_url.removeprefix("sqlite:///")
    command = [sys.executable, "-c", HOLD_LOCK, path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "locked\n"
        assert till.is_told_to_come_again(till.reserve())
        assert other.wait(10) == 0

    assert till.reserve().status_code == 200
    assert figures("CUP") == (1000, 1, 999)


def test_on_a_full_disk_nothing_is_half_done(till):
    pages = db.session.scalar(sa.text("PRAGMA page_count"))

    def limit(connection, _):
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    db.session.remove()
    db.engine.dispose()
    event.listen(db.engine, "connect", limit)
    for _ in range(300):
        if (answer := till.reserve()).status_code != 200:
            break
    assert till.is_told_to_come_again(answer)
    assert figures("CUP")[1] == till.owners - 1
    assert oracle.violations() == {}

    event.remove(db.engine, "connect", limit)
    db.session.remove()
    db.engine.dispose()
    assert till.reserve().status_code == 200
    assert figures("CUP")[1] == till.owners - 1
