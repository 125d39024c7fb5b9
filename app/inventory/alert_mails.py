"""Mails about alerts: one to each of the inventory's staff whom no push reaches, whatever number of SKUs it has to name."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import current_app

from app.core import jobs
from app.core.database import db, now_ms, transaction
from app.core.mail import write_mail
from app.inventory import alert_inbox, alert_notices, alert_queries
from app.inventory.alert_inbox import AlertRow
from app.inventory.alert_queries import WAITING, alert
from app.security.models import User

BURST = 20
BURST_MS = 60_000
# After a mail the next alerts are gathered, or the first twenty of an import would be twenty mails.
GATHER_MS = 10_000
REMIND_AFTER_MS = 24 * 3600 * 1000
MOST_NAMED = 50
RECIPIENTS = ("staff", "admin")

UNTOLD = sa.and_(WAITING, alert.c.notified_at.is_(None))
UNHEARD = sa.and_(WAITING, alert.c.reminded_at.is_(None), alert.c.notified_at <= now_ms() - REMIND_AFTER_MS)


def send_later() -> None:
    """Call inside the transaction that opened an alert. In a burst the clock will send anyway."""
    if not is_burst():
        jobs.run_later(send_alert_mails, queue="critical")


def send_alert_mails() -> int:
    """Tell of all open alerts that nobody was told of; of a burst when it is over. Returns how many.

    Run by a job after each opening, and by the clock for what the jobs left.
    """
    if not exists(UNTOLD) or is_burst() or was_just_sent():
        return 0
    return mail_claimed(UNTOLD, alert.c.notified_at, "alerts")


def remind() -> int:
    """Tell once more of what nobody has acknowledged for a day. Returns how many."""
    return mail_claimed(UNHEARD, alert.c.reminded_at, "reminder") if exists(UNHEARD) else 0


def exists(condition: sa.ColumnElement[bool]) -> bool:
    return alert_queries.are_on() and bool(db.session.scalar(sa.select(sa.exists().where(condition))))


def is_burst() -> bool:
    recent = sa.select(alert.c.id).where(alert.c.opened_at > now_ms() - BURST_MS).limit(BURST + 1)
    return len(db.session.scalars(recent).all()) > BURST


def was_just_sent() -> bool:
    return exists(alert.c.notified_at > now_ms() - GATHER_MS) or alert_notices.is_crowd()


def mail_claimed(condition: sa.ColumnElement[bool], mark: sa.Column[int], purpose: str) -> int:
    """Claim and write in one transaction, so that a job that runs twice finds nothing the second time."""
    with transaction():
        people = find_recipients()
        if not people:
            return 0
        claim = sa.update(alert).where(condition).values({mark: now_ms()}).returning(alert.c.id)
        ids = db.session.scalars(claim).all()
        if ids:
            rows = alert_inbox.find_alerts(alert.c.id.in_(ids[:MOST_NAMED]))
            lately = max(len(ids), alert_notices.count_lately())
            for person in people:
                if purpose == "alerts" and alert_notices.tell(f"user:{person.public_id}", rows, lately):
                    continue
                write_mail(
                    person.email,
                    "inventory/alerts.mail.txt",
                    name=person.name,
                    **words(rows, len(ids), purpose),
                )
        return len(ids)


def find_recipients() -> Sequence[User]:
    return db.session.scalars(
        sa.select(User).where(User.role.in_(RECIPIENTS), User.disabled_at.is_(None)).order_by(User.id)
    ).all()


def words(rows: Sequence[AlertRow], count: int, purpose: str) -> dict[str, object]:
    link = f"{current_app.config['SETTINGS'].PUBLIC_URL}/staff/inventory/alerts"
    return {"rows": rows, "count": count, "link": link, "is_reminder": purpose == "reminder"}
