"""Jobs that failed for good: staff run them again or give them up, and the audit keeps who did."""

import secrets

import pytest
import sqlalchemy as sa

from app.core import jobs
from app.core.database import db, transaction
from app.core.outbox_rows import OutboxEvent
from app.operations import dashboard, failed_jobs
from app.operations.failed_jobs import JobGone, list_failed
from app.security.access import Caller
from app.security.models import AuditEntry
from tests.factories import make_user
from tests.security.test_login import csrf_of, sign_in

PATH = "/staff/operations/failed-jobs"
ADMIN = Caller("user:ada", "admin", ())
problems = ["ls_7f3kQ2vXw9ZrT5yB1nM8pL6sD4gH0jKc-Ea_Ui is no token"]


def fail(number):
    if problems:
        raise RuntimeError(problems[0])


@pytest.fixture
def failed(app, redis, session_redis):
    """A job that has failed after all its tries; its id."""
    with transaction():
        jobs.run_later(fail, 7, retry_after_s=[0])
    jobs.work(app, session_redis.url, jobs.QUEUES, burst=True)
    (job,) = list_failed()
    return job


@pytest.fixture
def admin(app, client):
    make_user("admin", email="ada@example.test")
    sign_in(client, "ada@example.test")
    return client


def decide(client, job_id, decision, page=PATH):
    fields = {"csrf_token": csrf_of(client, page), "key": secrets.token_hex(16), "decision": decision}
    return client.post(f"{PATH}/{job_id}", data=fields)


def decisions():
    rows = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.object).where(AuditEntry.action.startswith("job_"))
    )
    return [tuple(row) for row in rows]


def test_it_is_listed_with_what_it_raised_but_for_secrets(app, failed):
    assert (failed.function, failed.arguments, failed.queue) == (
        "tests.operations.test_failed_jobs.fail",
        "7",
        "default",
    )
    assert failed.error == "RuntimeError: [...] is no token"
    assert failed.failed_at


def test_run_again_it_waits_in_its_queue(app, admin, failed, redis):
    answer = decide(admin, failed.id, "retry")

    assert (answer.status_code, answer.headers["Location"]) == (303, PATH)
    assert jobs.queue_of(redis, "default").get_job_ids() == [failed.id]
    assert list_failed() == []
    assert decisions() == [("job_retried", f"job:{failed.id}")]


def test_given_up_nobody_runs_it_whatever_redis_forgets(app, admin, failed, redis):
    answer = decide(admin, failed.id, "delete")

    assert answer.status_code == 303
    assert list_failed() == []
    assert not redis.exists(f"rq:job:{failed.id}")
    assert db.session.scalar(sa.select(OutboxEvent.published_at).where(OutboxEvent.topic == jobs.TOPIC))
    assert decisions() == [("job_deleted", f"job:{failed.id}")]


def test_who_comes_second_is_told_and_nothing_is_done_twice(app, admin, failed, redis):
    decide(admin, failed.id, "retry")

    answer = decide(admin, failed.id, "delete")

    assert answer.status_code == 409
    assert "waits for nobody any more" in answer.text
    assert jobs.queue_of(redis, "default").get_job_ids() == [failed.id]
    assert len(decisions()) == 1


def test_of_two_at_once_the_second_does_nothing(app, failed, redis):
    """Both have looked before either has acted."""
    with transaction():
        failed_jobs.retry_job(failed.id, ADMIN)
        failed_jobs.retry_job(failed.id, ADMIN)

    assert jobs.queue_of(redis, "default").get_job_ids() == [failed.id]


def test_of_one_who_runs_it_again_and_one_who_gives_it_up_at_once_the_first_wins(app, failed, redis):
    with transaction():
        failed_jobs.retry_job(failed.id, ADMIN)
        failed_jobs.delete_job(failed.id, ADMIN)

    assert jobs.queue_of(redis, "default").get_job_ids() == [failed.id]
    assert redis.exists(f"rq:job:{failed.id}")


def test_one_that_nobody_can_read_is_listed_and_given_up_like_the_others(app, admin, failed, redis):
    redis.hset(f"rq:job:{failed.id}", "data", b"\x80 no JSON")

    assert "unknown(?)" in admin.get(PATH).text
    answer = decide(admin, failed.id, "delete")

    assert answer.status_code == 303
    assert list_failed() == []


@pytest.mark.parametrize("decision", ["", "drop", "retry\x00"])
def test_any_other_decision_is_refused(app, admin, failed, decision):
    answer = decide(admin, failed.id, decision)

    assert answer.status_code == 422
    assert len(list_failed()) == 1


def test_a_job_that_never_was_is_not_there(app, admin, redis):
    answer = decide(admin, "outbox-1", "retry")

    assert answer.status_code == 409
    with pytest.raises(JobGone):
        failed_jobs.retry_job("outbox-1", ADMIN)


def test_only_admins_decide(app, client, failed):
    make_user("staff", email="who@example.test")
    sign_in(client, "who@example.test")

    assert decide(client, failed.id, "retry", page="/").status_code == 403
    assert len(list_failed()) == 1


def test_without_redis_the_page_says_so(make_app):
    app = make_app(REDIS_URL="unix:///nowhere/at/all.sock")
    with app.app_context():
        make_user("admin", email="ada@example.test")
        client = app.test_client()
        sign_in(client, "ada@example.test")

        assert "nobody knows which jobs failed" in client.get(PATH).text
        assert decide(client, "outbox-1", "retry").status_code == 503


def test_the_page_says_that_there_may_be_more_than_it_shows(failed, admin, monkeypatch):
    assert "the newest" not in admin.get(PATH).text

    monkeypatch.setattr(dashboard, "MOST_OF_EACH", 1)

    assert "Of each queue the newest 1 are shown" in admin.get(PATH).text
