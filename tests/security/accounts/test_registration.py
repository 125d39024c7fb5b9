"""Asking for an account: by mail, and without telling who has one."""

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.security.accounts import registration
from app.security.accounts.models import Registration
from app.security.models import AuditEntry, User
from tests.factories import PASSWORD, make_user
from tests.security.accounts.visiting import (
    ADA,
    count,
    mails_to,
    open_account,
    post,
    register,
    run_jobs,
    statements_of,
)
from tests.security.test_login import csrf_of, sign_in

OTHER = "seven blue teapots"


def test_an_account_that_nobody_confirmed_lets_nobody_in(app, client):
    register(client)

    assert sign_in(client, ADA).status_code == 422
    assert count(User) == 0


def test_nobody_learns_from_the_answer_or_its_work_whether_an_address_is_taken(app):
    make_user(email=ADA)
    answers, work = [], []

    def ask(email):
        client = app.test_client()
        csrf = csrf_of(client, "/register")
        form = {"name": "Ada Novak", "email": email, "password": OTHER, "csrf_token": csrf}
        work.append(statements_of(app, lambda: answers.append(client.post("/register", data=form))))

    ask(ADA)
    ask("bob@example.test")

    texts = [answer.text.replace(ADA, "bob@example.test") for answer in answers]
    assert texts[0] == texts[1]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert work[0] == work[1] != []


def test_who_has_an_account_already_is_told_so_by_mail_alone(app, client):
    make_user(email=ADA)
    register(client)
    run_jobs(app)

    (mail,) = mails_to(ADA)

    assert mail.subject == "You have an account already"
    assert "/register/" not in mail.body
    assert count(Registration) == 0


def test_a_job_that_runs_twice_mails_once(app, client):
    register(client)
    run_jobs(app)
    registration.mail_registration(db.session.scalars(sa.select(Registration.id)).one())

    assert len(mails_to(ADA)) == 1


def test_the_mail_says_nothing_that_a_stranger_typed(app, client):
    """Or anybody could send what they like to anybody, in the shop's name."""
    post(client, "/register", name="Win at evil.example", email=ADA, password=PASSWORD)
    run_jobs(app)

    assert "evil.example" not in mails_to(ADA)[0].body


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Enter your name"),
        ("name", "x" * 81, "at most 80"),
        ("name", "Ada\u202eavoN", "cannot be seen"),
        ("email", "ada", "Enter an address like"),
        ("email", "ada@example.test, evil@example.test", "Enter an address like"),
        ("email", "ada\x00@example.test", "Enter an address like"),
        ("email", "a" * 250 + "@b.cd", "Enter an address like"),
        ("password", "short", "Use 12 to 128 characters"),
        ("password", "password1234", "lists of common passwords"),
        ("password", "ada novak ada", "Without your name"),
    ],
)
def test_what_is_wrong_stands_at_the_field_and_passwords_are_not_sent_back(app, client, field, value, words):
    good = {"name": "Ada Novak", "email": ADA, "password": OTHER}

    answer = post(client, "/register", **{**good, field: value})

    assert answer.status_code == 422
    assert words in answer.text
    assert OTHER not in answer.text
    assert count(Registration) == 0


def test_the_first_sign_in_is_no_news_and_the_account_is_in_the_audit_record(app, client):
    open_account(client)
    run_jobs(app)

    assert [mail.subject for mail in mails_to(ADA)] == ["Open your account"]
    actions = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-2:] == ["user_registered", "login"]


def test_registering_is_limited_by_address_and_by_mailbox(app, client):
    form = {"name": "Ada", "email": ADA, "password": "short", "csrf_token": csrf_of(client, "/register")}
    statuses = [client.post("/register", data=form).status_code for _ in range(21)]

    assert statuses == [422] * 20 + [429]


def test_who_is_signed_in_needs_no_account(app, client):
    make_user(email=ADA)
    sign_in(client, ADA)

    assert client.get("/register?next=/cart").headers["Location"] == "/cart"
