"""Guessing passwords gets slower and slower, and nobody can use that to keep an owner out."""

import threading

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.security.accounts import logins, tries
from app.security.accounts.models import LoginTries
from app.security.accounts.tries import PAUSES_S, begin_try
from app.security.errors import TooManyTries
from app.security.recovery import make_token
from tests.factories import PASSWORD, make_user
from tests.security.accounts.visiting import (
    ADA,
    FIREFOX,
    is_signed_in,
    mails_to,
    post,
    run_jobs,
    statements_of,
)
from tests.security.test_login import csrf_of, sign_in

NOBODY = "nobody@example.test"
WRONG = "wrong password"
addresses = iter(f"198.51.{high}.{low}" for high in range(256) for low in range(256))


def stranger(app):
    """Another browser at another place."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = next(addresses)
    return client


def fail(client, email, times):
    return [sign_in(client, email, WRONG).status_code for _ in range(times)]


def fail_as_strangers(app, email, times):
    return [sign_in(stranger(app), email, WRONG).status_code for _ in range(times)]


def let_time_pass(seconds):
    with transaction():
        row = {"blocked_until": LoginTries.blocked_until, "tried_at": LoginTries.tried_at}
        db.session.execute(sa.update(LoginTries).values({k: v - seconds * 1000 for k, v in row.items()}))


def make_strangers_wait(app, email=ADA):
    """Long enough for a machine that is busy with something else."""
    assert fail_as_strangers(app, email, 5) == [422] * 5
    let_time_pass(-600)


def wait_of(key="key"):
    """How long the next try has to wait after one that was counted now, in seconds."""
    begin_try(key)
    row = sa.select(LoginTries.blocked_until - LoginTries.tried_at).where(LoginTries.key == key)
    return round(db.session.scalar(row) / 1000)  # PostgreSQL reads its clock for each of the two


def test_the_pauses_grow_to_a_quarter_of_an_hour_and_no_further(any_app):
    pauses = []
    for _ in range(len(PAUSES_S) + 2):
        pauses.append(wait_of())
        let_time_pass(900)

    assert pauses == [*PAUSES_S, 900, 900]


def test_a_day_without_tries_is_a_new_beginning(any_app):
    for _ in range(8):
        wait_of()
        let_time_pass(900)

    let_time_pass(24 * 3600)

    assert wait_of() == 0
    let_time_pass(24 * 3600 + 1)
    tries.prune()
    assert db.session.scalars(sa.select(LoginTries)).all() == []


def test_many_tries_at_once_are_no_more_than_one_after_the_other(any_app):
    barrier, outcomes = threading.Barrier(8), []

    def try_once():
        with any_app.app_context():
            barrier.wait()
            try:
                begin_try("key")
                outcomes.append("may")
            except TooManyTries:
                outcomes.append("waits")

    threads = [threading.Thread(target=try_once) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)

    assert sorted(outcomes) == ["may"] * 5 + ["waits"] * 3


@pytest.mark.parametrize("email", [ADA, NOBODY])
def test_strangers_wait_whoever_has_the_address_and_are_told_how_long(app, email):
    make_user(email=ADA)
    make_strangers_wait(app, email)

    answer = sign_in(stranger(app), email.upper(), PASSWORD)

    assert answer.status_code == 429
    assert 500 <= int(answer.headers["Retry-After"]) <= 601
    assert "Wait 11 minutes" in answer.text or "Wait 10 minutes" in answer.text
    assert "Too many failed tries" in answer.text
    assert "set a new password by mail" in answer.text


def test_a_right_password_after_the_pause_is_a_new_beginning(app):
    make_user(email=ADA)
    fail_as_strangers(app, ADA, 5)
    let_time_pass(2)

    assert sign_in(stranger(app), ADA).status_code == 303
    assert fail_as_strangers(app, ADA, 5) == [422] * 5


def test_whoever_fails_on_purpose_does_not_keep_the_owner_out(any_app, client):
    make_user(email=ADA)
    sign_in(client, ADA)
    post(client, "/logout", "/")
    make_strangers_wait(any_app)

    assert sign_in(stranger(any_app), ADA).status_code == 429
    assert sign_in(client, ADA).status_code == 303


def test_a_known_browser_waits_only_for_itself(app, client):
    make_user(email=ADA)
    sign_in(client, ADA)
    post(client, "/logout", "/")

    assert fail(client, ADA, 5) == [422] * 5
    let_time_pass(-600)
    assert fail(client, ADA, 1) == [429]
    assert sign_in(stranger(app), ADA).status_code == 303


def test_what_a_browser_says_of_itself_is_not_believed(app, client):
    make_user(email=ADA)
    bob = make_user(email="bob@example.test")
    sign_in(client, "bob@example.test")
    cookie = client.get_cookie("known").value
    make_strangers_wait(app)

    for forged in (cookie, f"x{cookie}", f"{cookie.split('.')[0]}.{bob.public_id}", "é.é", "." * 3000):
        other = stranger(app)
        other.set_cookie("known", forged)
        assert sign_in(other, ADA).status_code == 429


def test_another_password_makes_every_browser_a_stranger_but_the_one_that_set_it(app, client):
    user = make_user(email=ADA)
    sign_in(client, ADA)
    path = f"/password/{make_token(user)}"
    owner = stranger(app)
    post(owner, path, password="seven blue teapots")
    make_strangers_wait(app)

    assert sign_in(client, ADA, "seven blue teapots").status_code == 429
    assert sign_in(owner, ADA, "seven blue teapots").status_code == 303


def test_known_and_unknown_addresses_cost_the_same_work(app, monkeypatch):
    make_user(email=ADA)
    checked = []
    check = logins.is_password
    monkeypatch.setattr(logins, "is_password", lambda *given: checked.append(given) or check(*given))

    def work_of(email):
        client = stranger(app)
        form = {"email": email, "password": WRONG, "csrf_token": csrf_of(client)}
        return statements_of(app, lambda: client.post("/login", data=form))

    assert work_of(ADA) == work_of(NOBODY) != []
    assert len(checked) == 2


def test_the_owner_is_told_once_that_strangers_try_often(any_app):
    make_user(email=ADA)
    for email in [ADA, NOBODY] * 15:
        begin_try(f"strangers:{email}", email)
        let_time_pass(900)
    run_jobs(any_app)

    (mail,) = mails_to(ADA)
    assert mail.subject == "Somebody is trying to sign in to your account"
    assert mails_to(NOBODY) == []


def test_the_owner_is_told_of_a_new_browser_but_not_of_the_first(app, client):
    make_user(email=ADA)
    sign_in(client, ADA)
    post(client, "/logout", "/")
    sign_in(client, ADA)
    assert mails_to(ADA) == []

    other = stranger(app)
    other.environ_base["HTTP_USER_AGENT"] = FIREFOX
    sign_in(other, ADA)

    (mail,) = mails_to(ADA)
    assert mail.subject == "A new sign-in to your account"
    assert "Firefox on Linux" in mail.body
    assert other.environ_base["REMOTE_ADDR"] in mail.body


def test_the_cookie_is_out_of_reach_of_scripts_and_tells_no_account(app, client):
    user = make_user(email=ADA)

    cookies = sign_in(client, ADA).headers.getlist("Set-Cookie")

    (known,) = [cookie for cookie in cookies if cookie.startswith("known=")]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(known.split("; "))
    assert user.public_id not in known
    assert is_signed_in(client)
