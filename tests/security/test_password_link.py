"""Getting back in by mail."""

import sqlalchemy as sa

from app.core import jobs, mail
from app.core.database import db
from app.core.mail import Mail
from app.security import recovery
from app.security.accounts import logins
from app.security.models import LoginSession
from app.security.passwords import is_password
from app.security.recovery import mail_link
from tests.factories import PASSWORD, make_user
from tests.security.test_login import csrf_of, sign_in

NEW = "a new and longer one"


def ask(client, email):
    """Ask for a link and let the job that mails it run."""
    answer = client.post("/password", data={"email": email, "csrf_token": csrf_of(client, "/password")})
    app = client.application
    jobs.work(app, app.config["SETTINGS"].REDIS_URL, jobs.QUEUES, burst=True)
    return answer


def mailed_path(app):
    db.session.rollback()
    body = db.session.scalars(sa.select(Mail.body).order_by(Mail.id.desc())).first()
    return "/password/" + body.split("/password/")[1].split()[0]


def test_the_link_sets_a_new_password_once(app, client):
    make_user("shopper", email="ada@example.test")
    ask(client, "ada@example.test")
    path = mailed_path(app)

    form = {"password": NEW, "csrf_token": csrf_of(client, path)}
    assert client.post(path, data=form).status_code == 303

    assert sign_in(client, "ada@example.test", PASSWORD).status_code == 422
    assert sign_in(client, "ada@example.test", NEW).status_code == 303
    assert client.get(path).status_code == 404


def test_a_new_password_ends_all_logins(app, client):
    make_user("shopper", email="ada@example.test")
    sign_in(client, "ada@example.test")
    other = app.test_client()
    ask(other, "ada@example.test")
    path = mailed_path(app)

    other.post(path, data={"password": NEW, "csrf_token": csrf_of(other, path)})

    db.session.rollback()
    assert db.session.scalars(sa.select(LoginSession)).all() == []


def test_a_job_that_runs_twice_mails_once_and_another_request_mails_again(app):
    make_user("shopper", email="ada@example.test")

    for request_id in ("first", "first", "second"):
        mail_link("ada@example.test", request_id)

    assert len(db.session.scalars(sa.select(Mail)).all()) == 2


def test_an_unknown_address_gets_the_same_answer_and_no_mail(app, client):
    make_user("shopper", email="ada@example.test")

    answers = [ask(client, email) for email in ("ada@example.test", "bob@example.test")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("a link is on its way" in answer.text for answer in answers)
    assert [row.to for row in db.session.scalars(sa.select(Mail))] == ["ada@example.test"]


def test_a_short_password_is_refused_with_a_reason(app, client):
    make_user("shopper", email="ada@example.test")
    ask(client, "ada@example.test")
    path = mailed_path(app)

    answer = client.post(path, data={"password": "short", "csrf_token": csrf_of(client, path)})

    assert answer.status_code == 422
    assert "Use 12 to 128 characters" in answer.text


def test_a_forged_link_is_not_found(app, client):
    assert client.get("/password/forged").status_code == 404


def test_the_mail_is_delivered_once_into_the_folder(app, client):
    make_user("shopper", email="ada@example.test")
    ask(client, "ada@example.test")
    db.session.rollback()
    mail_id = db.session.scalars(sa.select(Mail.id)).one()
    folder = app.config["SETTINGS"].data_path / "mails"

    mail.deliver_mail(mail_id)
    (folder / f"{mail_id}.eml").unlink()
    mail.deliver_mail(mail_id)

    assert not (folder / f"{mail_id}.eml").exists()
    assert db.session.get(Mail, mail_id).sent_at


def test_the_old_password_opens_nothing_once_the_new_one_is_set(any_app, client, monkeypatch):
    """Also for somebody whose guess was being checked at that moment."""
    user = make_user("shopper", email="ada@example.test")
    token = recovery.make_token(user)

    def check_slowly(password_hash, password):
        with client.application.app_context():
            recovery.set_password(token, NEW)
        return is_password(password_hash, password)

    csrf = csrf_of(client)
    monkeypatch.setattr(logins, "is_password", check_slowly)
    form = {"email": "ada@example.test", "password": PASSWORD, "csrf_token": csrf}

    assert client.post("/login", data=form).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LoginSession)) == 0


def test_nobody_is_mailed_without_end(app, client):
    form = {"email": "ada@example.test", "csrf_token": csrf_of(client, "/password")}

    statuses = [
        client.post("/password", data=form, environ_base={"REMOTE_ADDR": f"10.0.0.{number}"}).status_code
        for number in range(21)
    ]

    assert statuses == [200] * 20 + [429]
