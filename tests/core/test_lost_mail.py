"""A mail whose job is gone, with the Redis that held it, is queued again."""

import pytest
import sqlalchemy as sa

from app.core import clock, mail
from app.core.database import db, transaction
from app.core.mail import GIVE_UP_AFTER_MS, LOST_AFTER_MS, Mail
from app.core.outbox_rows import OutboxEvent


def write(age_ms, sent_at=None):
    row = Mail(
        to="ada@example.test", subject="Hello", body="", created_at=clock.now_ms() - age_ms, sent_at=sent_at
    )
    with transaction():
        db.session.add(row)


def queued(app):
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).where(OutboxEvent.topic == "job"))


@pytest.mark.parametrize(
    ("age_ms", "sent_at", "jobs"),
    [
        (LOST_AFTER_MS + 1000, None, 1),
        (LOST_AFTER_MS - 1000, None, 0),
        (LOST_AFTER_MS + 1000, 1, 0),
        (GIVE_UP_AFTER_MS - 1000, None, 1),
        (GIVE_UP_AFTER_MS + 1000, None, 0),
    ],
)
def test_only_what_no_job_will_send_is_queued_again(app, age_ms, sent_at, jobs):
    write(age_ms, sent_at)

    mail.queue_unsent()

    assert queued(app) == jobs
