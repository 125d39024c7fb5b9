"""Telling one person that it is back: once, however often the job runs; by push where they take it, or by mail."""

import sqlalchemy as sa

from app.core import jobs
from app.core.database import db, now_ms, read_now, run_transaction, transaction
from app.core.mail import write_mail
from app.inventory import restock_notices
from app.inventory.restocks import Wish, read_wishes, request
from app.notifications.mailing.suppressions import is_suppressed
from app.security.models import User

# By then no job will come: RQ gives up after 13 minutes, and Redis may have lost its queue.
LOST_AFTER_MS = 15 * 60 * 1000
GIVE_UP_AFTER_MS = 2 * 24 * 3600 * 1000

CLAIMED = request.c.notified_at.is_not(None)
UNMAILED = request.c.mailed_at.is_(None)


def send_restock_mail(request_id: int) -> None:
    """The job of one claimed request; its mark and its mail are one transaction."""
    run_transaction(lambda: send(request_id))


def send(request_id: int) -> None:
    """Call inside transaction(). Who has left the list meanwhile, or whose account is closed, gets nothing."""
    mine = sa.and_(request.c.id == request_id, CLAIMED, UNMAILED)
    if db.session.scalar(sa.update(request).where(mine).values(mailed_at=now_ms()).returning(request.c.id)):
        closed = sa.select(User.id).where(User.disabled_at.is_not(None))
        is_open = sa.or_(request.c.user_id.is_(None), request.c.user_id.not_in(closed))
        for wish in read_wishes(request.c.id == request_id, is_open):
            tell(wish)


def tell(wish: Wish) -> None:
    """A push has a mail behind it, for whom it does not reach; everybody else whose address takes mail has this one."""
    if restock_notices.tell(wish) or not wish.email or is_suppressed(wish.email):
        return
    write_mail(wish.email, "inventory/restock_back.mail.txt", wish=wish)


def queue_lost() -> None:
    """Queue again those whose turn it was and whose job is gone."""
    now = read_now()
    recent = request.c.notified_at.between(now - GIVE_UP_AFTER_MS, now - LOST_AFTER_MS)
    for request_id in db.session.scalars(sa.select(request.c.id).where(UNMAILED, recent)).all():
        with transaction():
            jobs.run_later(send_restock_mail, request_id)
