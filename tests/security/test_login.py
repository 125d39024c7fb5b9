"""Signing in, staying in, and being thrown out."""

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.database import db, transaction
from app.security.models import AuditEntry, LoginSession
from tests.factories import PASSWORD, make_user


def csrf_of(client, path="/login"):
    page = client.get(path).text
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def sign_in(client, email, password=PASSWORD, **fields):
    return client.post(
        "/login", data={"email": email, "password": password, "csrf_token": csrf_of(client), **fields}
    )


def test_the_right_password_opens_a_session_and_returns_to_the_page(app, client):
    make_user("staff", email="mira@example.test")

    answer = sign_in(client, "Mira@example.test", next="/staff/inventory")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/inventory")
    assert client.get("/staff/inventory").status_code == 200


def test_the_cookie_is_not_readable_by_scripts_and_only_its_hash_is_stored(app, client):
    make_user("shopper", email="ada@example.test")

    cookie = next(
        c for c in sign_in(client, "ada@example.test").headers.getlist("Set-Cookie") if c.startswith("sid=")
    )

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert db.session.scalars(sa.select(LoginSession.id_hash)).one() not in cookie


@pytest.mark.parametrize(
    ("email", "password"), [("ada@example.test", "wrong password"), ("nobody@example.test", PASSWORD)]
)
def test_a_wrong_password_and_an_unknown_address_look_the_same(app, client, email, password):
    make_user("shopper", email="ada@example.test")

    answer = sign_in(client, email, password)

    assert answer.status_code == 422
    assert "Email or password is wrong" in answer.text
    assert f'value="{email}"' in answer.text
    assert password not in answer.text


def test_a_disabled_account_cannot_sign_in_nor_stay_in(app, client):
    user = make_user("staff", email="mira@example.test")
    sign_in(client, "mira@example.test")
    with transaction():
        user.disabled_at = clock.now_ms()

    assert client.get("/staff/inventory").status_code == 303
    assert sign_in(client, "mira@example.test").status_code == 422


def test_an_expired_session_is_no_session(app, client):
    make_user("staff", email="mira@example.test")
    sign_in(client, "mira@example.test")
    with transaction():
        db.session.execute(sa.update(LoginSession).values(expires_at=clock.now_ms() - 1))

    assert client.get("/staff/inventory").headers["Location"].startswith("/login?next=")


def test_signing_out_ends_the_session_on_the_server(app, client):
    make_user("staff", email="mira@example.test")
    sign_in(client, "mira@example.test")
    stolen = client.get_cookie("sid").value

    client.post("/logout", data={"csrf_token": csrf_of(client, "/")})
    client.set_cookie("sid", stolen)

    assert client.get("/staff/inventory").status_code == 303


def test_signing_out_tells_the_socket_processes(app, client, redis):
    make_user("staff", email="mira@example.test")
    sign_in(client, "mira@example.test")
    session = db.session.scalars(sa.select(LoginSession.id_hash)).one()

    client.post("/logout", data={"csrf_token": csrf_of(client, "/")})

    assert [fields for _, fields in redis.xrange("rt:revocations")] == [
        {b"kind": b"session", b"session": session.encode()}
    ]


def test_the_session_id_is_new_at_every_login(app, client):
    make_user("shopper", email="ada@example.test")
    client.set_cookie("sid", "chosen-by-somebody-else")

    sign_in(client, "ada@example.test")

    assert client.get_cookie("sid").value != "chosen-by-somebody-else"


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\r\nb", ""]
)
def test_the_way_back_never_leads_to_another_site(app, client, path):
    make_user("shopper", email="ada@example.test")

    assert sign_in(client, "ada@example.test", next=path).headers["Location"] == "/"


def test_logins_are_limited_and_say_so(app, client):
    token = csrf_of(client)
    answers = [
        client.post("/login", data={"email": "a@b.c", "password": "wrong password", "csrf_token": token})
        for _ in range(12)
    ]

    assert answers[0].status_code == 422
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_logins_and_failures_are_in_the_audit_record(app, client):
    user = make_user("staff", email="mira@example.test")
    sign_in(client, "mira@example.test", "wrong password")
    sign_in(client, "mira@example.test")

    entries = [
        (entry.action, entry.actor, entry.object)
        for entry in db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))
    ]

    account = f"user:{user.public_id}"
    assert entries[-2:] == [("login_failed", "guest", account), ("login", account, "session")]


def test_a_failure_of_nobody_is_recorded_without_telling_what_was_typed(app, client):
    for email in ("nobody@example.test", "Nobody@example.test", "hunter2"):
        sign_in(client, email)

    first, second, other = db.session.scalars(sa.select(AuditEntry.object).order_by(AuditEntry.id)).all()

    assert first == second != other
    assert first.startswith("address:")
    assert "hunter2" not in other
