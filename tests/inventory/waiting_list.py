"""A waiting list as people make it, and the past that its rules ask for."""

import sqlalchemy as sa

from app.catalogue.models import Variant
from app.core import jobs
from app.core.database import db, now_ms, transaction
from app.core.mail import Mail
from app.inventory import restocks
from app.inventory.adjustments import change_stock
from app.inventory.models import RestockRequest, StockLevel, StockMovement
from tests.inventory.holding import BY_TEST

MINUTE_MS = 60_000


def wait_for_it(sku, *emails):
    """Guests who asked and confirmed, in this order."""
    for email in emails:
        restocks.ask(sku, email)
        with transaction():
            restocks.confirm(token_of(email))


def token_of(email):
    newest = sa.select(RestockRequest.token).where(RestockRequest.email == email)
    return db.session.scalars(newest.order_by(RestockRequest.id.desc())).first()


def change(sku, operation, units):
    with transaction():
        change_stock(sku, operation, units, BY_TEST)


def pass_time(minutes, *, sku=None):
    """As if all that happened so far had happened so much earlier. The ledger must be unlocked."""
    ms = int(minutes * MINUTE_MS)
    of_sku = sa.select(StockLevel.id).join(Variant, Variant.id == StockLevel.variant_id)
    levels = of_sku if sku is None else of_sku.where(Variant.sku == sku)
    with transaction():
        db.session.execute(
            sa.update(StockMovement)
            .where(StockMovement.stock_level_id.in_(levels))
            .values(created_at=StockMovement.created_at - ms)
        )
        for name in ("created_at", "linked_at", "confirmed_at", "notified_at", "mailed_at"):
            column = getattr(RestockRequest, name)
            db.session.execute(sa.update(RestockRequest).values({column: column - ms}))


def told():
    """Whose turn it was, in the order of asking."""
    db.session.rollback()
    turn = sa.select(RestockRequest.email).where(RestockRequest.notified_at.is_not(None))
    return list(db.session.scalars(turn.order_by(RestockRequest.id)).all())


def mails(subject=""):
    """To whom mails whose subject begins with this were written."""
    db.session.rollback()
    found = sa.select(Mail.to).where(Mail.subject.startswith(subject)).order_by(Mail.id)
    return list(db.session.scalars(found).all())


def newest_mail():
    db.session.rollback()
    return db.session.scalars(sa.select(Mail.body).order_by(Mail.id.desc())).first()


def run_jobs(app):
    jobs.work(app, app.config["SETTINGS"].REDIS_URL, jobs.QUEUES, burst=True)


def database_ms():
    return db.session.scalar(sa.select(now_ms()))
