"""Whether the shop can serve, dependency by dependency."""

import threading
import time

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.monitoring import health
from app.security.tokens import create_token
from tests.support.reports import report_process
from tests.support.waiting import wait_for


@pytest.fixture
def live(redis):
    """A socket process that reports itself."""
    report_process(redis, "a", pid=7, connections=0)


def read(app):
    """What the checks say now, and not what they said a moment ago."""
    app.extensions["health"]._known = (float("-inf"), {})
    return app.extensions["health"].read()


def broken(document):
    return {name: check["problem"] for name, check in document["checks"].items() if not check["ok"]}


def test_the_process_says_that_it_answers(app, client):
    answer = client.get("/api/health")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_a_shop_that_has_everything_is_ready(app, client, live):
    answer = client.get("/api/health/ready")

    assert (answer.status_code, answer.json["status"]) == (200, "ok")
    assert set(answer.json["checks"]) == {"database", "migrations", "disk", "redis", "live"}
    assert all(check["ms"] >= 0 and check["problem"] is None for check in answer.json["checks"].values())


def test_without_sockets_it_is_degraded_and_still_ready(app, client):
    answer = client.get("/api/health/ready")

    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert broken(answer.json) == {"live": "no socket process has reported"}


def test_without_a_database_it_is_down(make_app):
    app = make_app(DATABASE_URL="sqlite:////nowhere/at/all.db")

    answer = app.test_client().get("/api/health/ready")

    assert (answer.status_code, answer.json["status"]) == (503, "down")
    assert {"database", "migrations"} <= set(broken(answer.json))
    assert "nowhere" not in answer.text


def test_without_a_database_the_process_still_answers(make_app):
    client = make_app(DATABASE_URL="sqlite:////nowhere/at/all.db").test_client()

    assert client.get("/api/health").status_code == 200


def test_a_database_that_is_not_migrated_is_down(app, live):
    assert read(app)["status"] == "ok"

    at_migration("0001")

    assert read(app)["status"] == "down"
    assert broken(read(app)) == {"migrations": "the database is not at the newest migration"}


def test_a_database_that_the_next_release_has_migrated_already_is_well(app, live):
    at_migration("9999")

    assert read(app)["status"] == "ok"


def at_migration(revision):
    with transaction():
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = :it"), {"it": revision})


@pytest.mark.parametrize(
    ("free", "status"), [(health.LEAST_FREE_BYTES, "ok"), (health.LEAST_FREE_BYTES - 1, "down")]
)
def test_a_full_disk_is_down(app, live, monkeypatch, free, status):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: health.shutil._ntuple_diskusage(1, 1, free))

    assert read(app)["status"] == status


def test_a_check_that_fails_tells_its_kind_and_no_more(app, live):
    def check():
        raise RuntimeError("the password is hunter2")

    health.register(app, "extra", check)

    assert broken(read(app)) == {"extra": "RuntimeError"}
    assert read(app)["status"] == "down"


def test_however_many_ask_the_checks_run_once_a_second(app, client, monkeypatch):
    asked = []
    health.register(app, "extra", lambda: asked.append(1))

    client.get("/api/health/ready")
    client.get("/api/health/ready")
    assert len(asked) == 1
    monkeypatch.setattr(health, "KEEP_S", -1.0)
    client.get("/api/health/ready")

    assert len(asked) == 2


def test_a_check_that_hangs_keeps_nobody_waiting_and_is_not_asked_twice(app, live):
    asked, release = [], threading.Event()

    def hang():
        asked.append(1)
        release.wait(30)

    health.register(app, "extra", hang)
    begun = time.monotonic()

    first, again = broken(read(app)), broken(read(app))
    took = time.monotonic() - begun
    release.set()

    assert first == again == {"extra": "it does not answer in time"}
    assert len(asked) == 1
    assert took < 5 * health.LONGEST_S
    wait_for(lambda: not broken(read(app)), what="the check to be well again")


def test_it_is_known_since_when_a_check_is_broken(app, live, monkeypatch):
    problems = {}
    health.register(app, "extra", lambda: problems.get("extra"))
    monkeypatch.setattr(health.clock, "now_ms", lambda: 1000)
    assert read(app)["checks"]["extra"]["since"] is None

    problems["extra"] = "not today"
    since = read(app)["checks"]["extra"]["since"]
    monkeypatch.setattr(health.clock, "now_ms", lambda: 2000)

    assert (since, read(app)["checks"]["extra"]["since"]) == (1000, 1000)
    problems.clear()
    assert read(app)["checks"]["extra"]["since"] is None


def test_a_server_that_is_about_to_stop_is_not_ready_and_still_alive(app, client, live, monkeypatch):
    monkeypatch.setattr(health.draining, "is_draining", lambda: True)

    answer = client.get("/api/health/ready")

    assert (answer.status_code, answer.json["status"]) == (503, "draining")
    assert client.get("/api/health").status_code == 200


@pytest.mark.parametrize(
    ("address", "headers"), [("203.0.113.9", {}), ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"})]
)
def test_strangers_hear_only_the_status(app, client, live, address, headers):
    answer = client.get("/api/health/ready", headers=headers, environ_base={"REMOTE_ADDR": address})

    assert answer.json == {"status": "ok"}


@pytest.mark.parametrize(("scope", "sees"), [("monitoring:read", True), ("inventory:read", False)])
def test_programs_that_watch_hear_the_details_from_anywhere(app, client, live, scope, sees):
    headers = {"Authorization": f"Bearer {create_token('tests', [scope])}"}

    answer = client.get("/api/health/ready", headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.9"})

    assert ("checks" in answer.json) is sees


def test_without_a_database_strangers_with_tokens_are_answered_too(make_app):
    client = make_app(DATABASE_URL="sqlite:////nowhere/at/all.db").test_client()

    answer = client.get(
        "/api/health/ready",
        headers={"Authorization": "Bearer ls_whoever"},
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    )

    assert (answer.status_code, answer.json) == (503, {"status": "down"})


def test_a_new_dependency_can_be_told_of(app, live):
    health.register(app, "extra", lambda: "not today")

    assert broken(read(app)) == {"extra": "not today"}
