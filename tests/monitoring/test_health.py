"""Whether the shop can serve, dependency by dependency."""

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.monitoring import health
from tests.support.reports import report_process


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


def test_a_database_at_another_migration_is_down(app, live):
    assert read(app)["status"] == "ok"

    with transaction():
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    assert read(app)["status"] == "down"
    assert broken(read(app)) == {"migrations": "the database is not at the newest migration"}


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


def test_a_new_dependency_can_be_told_of(app, live):
    health.register(app, "extra", lambda: "not today")

    assert broken(read(app)) == {"extra": "not today"}
