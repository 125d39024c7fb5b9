"""Where somebody is signed in: what they see of it, what they end, and what ends by itself."""

import threading

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.database import db, transaction
from app.security import sessions
from app.security.accounts import logins
from app.security.models import LoginSession
from tests.factories import PASSWORD, make_user
from tests.security.accounts.visiting import ADA, FIREFOX, count, is_signed_in, post
from tests.security.test_login import csrf_of, sign_in

MINUTE = 60_000
CHROME = (
    "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Mobile Safari/537.36"
)


@pytest.fixture
def phone(app, client):
    """Where Ada is signed in as well as in `client`."""
    make_user(email=ADA)
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    sign_in(client, ADA)
    phone = app.test_client()
    phone.environ_base |= {"HTTP_USER_AGENT": CHROME, "REMOTE_ADDR": "192.0.2.7"}
    sign_in(phone, ADA)
    return phone


def id_of(client):
    return sessions.hash_id(client.get_cookie("sid").value)


def set_unused(ms):
    """All logins were used last so long ago."""
    with transaction():
        db.session.execute(sa.update(LoginSession).values(last_seen_at=clock.now_ms() - ms))


def last_seen():
    db.session.rollback()
    return db.session.scalars(sa.select(LoginSession.last_seen_at)).one()


def test_the_page_shows_every_browser_and_marks_this_one(app, client, phone):
    page = client.get("/account").text

    assert "Firefox on Linux <span" in page
    assert "Chrome on Android" in page
    assert page.count("This browser") == 1
    assert "192.0.2.7" in page
    assert id_of(phone) in page
    assert id_of(client) not in page.split('id="sessions"')[1]


def test_one_can_be_ended_from_another_and_its_sockets_too(any_app, client, phone, redis):
    answer = post(client, "/account/sessions", "/account", session=id_of(phone))

    assert answer.status_code == 303
    assert (is_signed_in(client), is_signed_in(phone)) == (True, False)
    revoked = [fields[b"session"].decode() for _, fields in redis.xrange("rt:revocations")]
    assert id_of(phone) in revoked
    assert id_of(client) not in revoked


def test_all_others_can_be_ended(any_app, client, phone):
    post(client, "/account/sessions", "/account")

    assert (is_signed_in(client), is_signed_in(phone)) == (True, False)


def test_nobody_ends_anothers(app, client, phone):
    make_user(email="bob@example.test")
    bob = app.test_client()
    sign_in(bob, "bob@example.test")

    post(bob, "/account/sessions", "/account", session=id_of(phone))
    post(bob, "/account/sessions", "/account")

    assert is_signed_in(phone)


@pytest.mark.parametrize(
    ("role", "minutes", "is_in"),
    [
        ("shopper", 30 * 24 * 60 - 1, True),
        ("shopper", 30 * 24 * 60 + 1, False),
        ("staff", 29, True),
        ("staff", 31, False),
        ("agent", 31, False),
        ("admin", 31, False),
    ],
)
def test_a_login_that_nobody_uses_ends(app, client, role, minutes, is_in):
    make_user(role, email=ADA)
    sign_in(client, ADA)
    set_unused(minutes * MINUTE)

    assert is_signed_in(client) is is_in


def test_a_login_of_the_release_before_counts_from_its_beginning(app, client):
    make_user("staff", email=ADA)
    sign_in(client, ADA)
    with transaction():
        db.session.execute(sa.update(LoginSession).values(last_seen_at=None))

    assert is_signed_in(client)
    with transaction():
        db.session.execute(sa.update(LoginSession).values(created_at=clock.now_ms() - 31 * MINUTE))
    assert not is_signed_in(client)


def test_use_keeps_a_login_alive_and_is_written_every_few_minutes_only(any_app, client):
    make_user("agent", email=ADA)
    sign_in(client, ADA)
    opened = last_seen()

    client.get("/account")
    assert last_seen() == opened

    set_unused(20 * MINUTE)
    client.post("/live/tokens", json={"channels": []}, headers={"X-CSRFToken": csrf_of(client, "/account")})
    assert last_seen() >= opened
    set_unused(20 * MINUTE)
    assert is_signed_in(client)


def test_two_logins_at_once_do_not_stop_each_other(any_app):
    proven = logins.prove(make_user(email=ADA))
    barrier, opened = threading.Barrier(2), []

    def log_in():
        with any_app.test_request_context():
            barrier.wait()
            opened.append(sessions.open_session(proven))

    threads = [threading.Thread(target=log_in) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)

    assert len(opened) == count(LoginSession) == 2


def test_idle_logins_are_cleared_away(any_app, client):
    make_user(email=ADA)
    sign_in(client, ADA)
    set_unused(31 * 24 * 60 * MINUTE)

    sessions.prune()

    assert db.session.scalars(sa.select(LoginSession)).all() == []


def test_a_session_id_that_was_there_before_the_login_opens_nothing_after_it(app, client, phone):
    """Neither one that somebody made up, nor the one of an earlier login in the same browser."""
    earlier = phone.get_cookie("sid").value
    post(phone, "/login", "/account", email=ADA, password=PASSWORD)
    assert is_signed_in(phone)
    thief = app.test_client()

    for sid in (earlier, "chosen-by-somebody"):
        thief.set_cookie("sid", sid)
        assert not is_signed_in(thief)
