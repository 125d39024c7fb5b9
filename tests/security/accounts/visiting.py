"""Somebody at a browser, and the mails that they read."""

from pkgutil import resolve_name

import sqlalchemy as sa
from sqlalchemy import event

from app.core import jobs
from app.core.database import db
from app.core.mail import Mail
from app.core.outbox_rows import OutboxEvent
from tests.factories import PASSWORD
from tests.security.test_login import csrf_of

ADA = "ada@example.test"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def run_jobs(app):
    """All that were ever queued, in this process: a worker takes a second to end, and jobs may run again."""
    db.session.rollback()
    queued = sa.select(OutboxEvent.payload).where(OutboxEvent.topic == jobs.TOPIC).order_by(OutboxEvent.id)
    for job in db.session.scalars(queued).all():
        with app.app_context():
            resolve_name(job["function"])(*job["ids"])


def mails_to(email):
    db.session.rollback()
    return db.session.scalars(sa.select(Mail).where(Mail.to == email).order_by(Mail.id)).all()


def path_in(mail, begins):
    """The path of the link that a mail holds."""
    return begins + mail.body.split(begins)[1].split()[0]


def post(client, path, form_page=None, **fields):
    return client.post(path, data={**fields, "csrf_token": csrf_of(client, form_page or path)})


def register(client, email=ADA, password=PASSWORD, **fields):
    return post(client, "/register", name="Ada Novak", email=email, password=password, **fields)


def registration_link(client, email=ADA, **fields):
    """Fill in the form, and open the mail."""
    register(client, email, **fields)
    run_jobs(client.application)
    return path_in(mails_to(email)[-1], "/register/")


def open_account(client, email=ADA, password=PASSWORD, **fields):
    path = registration_link(client, email, password=password, **fields)
    return post(client, path, password=password)


def is_signed_in(client):
    return client.get("/account").status_code == 200


def count(model):
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def statements_of(app, act):
    """What is asked of the database, in order; who is never blocked is read anew every few seconds."""
    seen = []
    with app.app_context():
        engine = db.engine

    def note(_connection, _cursor, statement, *_):
        if "allowed_network" not in statement:
            seen.append(statement.split(" VALUES")[0])

    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen
