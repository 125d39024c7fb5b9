"""How long who fails to sign in waits for the next try. Counted in SQL: nobody gets a fresh start from a flushed Redis."""

import sqlalchemy as sa

from app.core import jobs
from app.core.database import db, delete_in_chunks, now_ms, transaction
from app.core.upsert import insert_into
from app.security.accounts import owner_mails
from app.security.accounts.models import LoginTries
from app.security.errors import TooManyTries

# After the first, the second ... failure; the last one for all that follow. Typing errors of people cost nothing.
PAUSES_S = (0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900)
FORGOTTEN_AFTER_MS = 24 * 3600 * 1000
WARN_AFTER = 10


def begin_try(key: str, email: str = "") -> None:
    """Count a try before it is decided, so that many at once are no more than one after the other.

    The owner of `email` is warned once when many have failed. Raises TooManyTries.
    """
    pauses = {count: pause * 1000 for count, pause in enumerate(PAUSES_S, start=1)}
    row = insert_into(LoginTries).values(key=key, count=1, blocked_until=now_ms(), tried_at=now_ms())
    count = sa.case((LoginTries.tried_at < now_ms() - FORGOTTEN_AFTER_MS, 1), else_=LoginTries.count + 1)
    pause = sa.case(pauses, value=count, else_=PAUSES_S[-1] * 1000)
    tried = row.on_conflict_do_update(
        index_elements=[LoginTries.key],
        set_={"count": count, "blocked_until": now_ms() + pause, "tried_at": now_ms()},
        where=LoginTries.blocked_until <= now_ms(),
    ).returning(LoginTries.count)
    with transaction():
        tries = db.session.execute(tried).scalar()
        if email and tries == WARN_AFTER + 1:
            jobs.run_later(owner_mails.mail_tries, email, owner_mails.new_id(), queue="critical")
    if tries is None:
        raise TooManyTries(seconds=seconds_left(key))


def seconds_left(key: str) -> int:
    left = sa.select(LoginTries.blocked_until - now_ms()).where(LoginTries.key == key)
    return max(1, -(-int(db.session.scalar(left) or 0) // 1000))


def forget_tries(key: str) -> None:
    """After a right password."""
    with transaction():
        db.session.execute(sa.delete(LoginTries).where(LoginTries.key == key))


def prune() -> None:
    delete_in_chunks(LoginTries, LoginTries.tried_at < now_ms() - FORGOTTEN_AFTER_MS)
