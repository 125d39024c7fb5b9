"""Signing in with a second factor: what opens, what does not, and what two at once do."""

import re

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.database import db, now_ms, transaction
from app.core.mail import Mail
from app.security import recovery
from app.security.factors import second_factor
from app.security.factors.models import PendingLogin, SecondFactor
from app.security.models import AuditEntry, LoginSession
from tests.factories import make_user
from tests.security.factors.phone import code_of, give_factor, send, since
from tests.security.test_login import csrf_of, sign_in

MIRA = "mira@example.test"


@pytest.fixture
def mira(app):
    return give_factor(make_user("staff", email=MIRA))


def sessions_open():
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(LoginSession))


def mails():
    db.session.rollback()
    return db.session.scalars(sa.select(Mail.subject).order_by(Mail.id)).all()


def test_the_password_alone_opens_nothing(client, mira):
    answer = sign_in(client, MIRA, next="/staff/inventory")

    assert answer.headers["Location"] == "/login/code?next=/staff/inventory"
    assert client.get_cookie("sid") is None
    assert sessions_open() == 0
    assert client.get("/staff/inventory").headers["Location"].startswith("/login?next=")


@pytest.mark.parametrize("drift", [-1, 0, 1])
def test_a_code_within_half_a_minute_either_way_signs_in_and_comes_back(client, mira, drift):
    sign_in(client, MIRA, next="/staff/inventory")

    answer = send(client, "/login/code", "/login/code?next=/staff/inventory", code=code_of(drift=drift))

    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/inventory")
    assert client.get("/staff/inventory").status_code == 200


@pytest.mark.parametrize("code", ["000000", "", "1" * 39, "٣٣٣٣٣٣", "7KQ2M-XD4HZ"])
def test_a_wrong_code_keeps_the_page(client, mira, code):
    sign_in(client, MIRA)

    answer = send(client, "/login/code", code=code)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert sessions_open() == 0


def test_a_code_of_a_minute_ago_or_ahead_is_refused(client, mira):
    sign_in(client, MIRA)

    assert send(client, "/login/code", code=code_of(drift=-3)).status_code == 422
    assert send(client, "/login/code", code=code_of(drift=3)).status_code == 422


def test_a_code_that_was_used_is_refused_and_so_is_the_one_before_it(app, mira):
    code, before = code_of(), code_of(drift=-1)
    for typed, expected in ((code, 303), (code, 422), (before, 422)):
        client = app.test_client()
        sign_in(client, MIRA)
        assert send(client, "/login/code", code=typed).status_code == expected


def test_a_recovery_code_opens_once_in_any_spelling_and_its_owner_is_told(app, mira):
    for expected in (303, 422):
        client = app.test_client()
        sign_in(client, MIRA)
        answer = send(client, "/login/code", "/login/code?with=recovery", code=" 7kq2m xd4hp ")
        assert answer.status_code == expected

    assert mails().count("A recovery code of yours was used") == 1


def test_a_sign_in_is_finished_once(app, client, mira):
    sign_in(client, MIRA)
    pending = client.get_cookie("visitor").value
    send(client, "/login/code", code=code_of())

    client.delete_cookie("sid")
    client.set_cookie("visitor", pending)
    answer = client.get("/login/code")

    assert answer.headers["Location"].startswith("/login?next=")


def expire(_):
    with transaction():
        db.session.execute(sa.update(PendingLogin).values(expires_at=now_ms()))


def disable(user):
    with transaction():
        user.disabled_at = clock.now_ms()


def set_another_password(user):
    recovery.set_password(recovery.make_token(user), "a quite different horse")


@pytest.mark.parametrize("meanwhile", [expire, disable, set_another_password])
def test_a_sign_in_that_waits_ends_with_its_time_the_account_and_the_password(client, mira, meanwhile):
    sign_in(client, MIRA)
    token = csrf_of(client, "/login/code")
    meanwhile(mira)

    answer = client.post("/login/code", data={"code": code_of(), "csrf_token": token})

    assert answer.headers["Location"].startswith("/login?next=")
    assert "Sign in again" in client.get("/login").text
    assert sessions_open() == 0


def test_a_password_that_was_set_anew_does_not_replace_the_code(client, mira):
    set_another_password(mira)

    answer = sign_in(client, MIRA, "a quite different horse")

    assert answer.headers["Location"].startswith("/login/code")


def test_ten_wrong_codes_stop_guesses_but_not_a_recovery_code_and_pass_with_time(app, client, mira):
    sign_in(client, MIRA)
    with transaction():
        db.session.execute(
            sa.update(SecondFactor).values(tries=second_factor.TRIES - 1, tries_since=now_ms())
        )

    last, over = (send(client, "/login/code", code="000000") for _ in "ab")
    right = send(client, "/login/code", code=code_of())

    assert "wrong" in last.text
    assert "Try again in 15 minutes" in over.text
    assert right.status_code == 422
    assert mails().count("There were ten wrong codes for your account") == 1
    with transaction():
        gone = SecondFactor.tries_since - second_factor.WINDOW_MS
        db.session.execute(sa.update(SecondFactor).values(tries_since=gone))
    assert send(client, "/login/code", code=code_of()).status_code == 303


def test_a_recovery_code_opens_while_codes_are_stopped(client, mira):
    sign_in(client, MIRA)
    with transaction():
        db.session.execute(sa.update(SecondFactor).values(tries=second_factor.TRIES, tries_since=now_ms()))

    assert send(client, "/login/code", code="7KQ2M-XD4HP").status_code == 303


def test_wrong_codes_are_in_the_audit_record_without_the_code(client, mira):
    sign_in(client, MIRA)
    send(client, "/login/code", code="123456")

    entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.object) == ("second_factor_failed", f"user:{mira.public_id}")
    assert "123456" not in str(vars(entry))


@pytest.fixture
def strict_app(make_app):
    app = make_app(STAFF_SECOND_FACTOR="required")
    with app.app_context():
        yield app


def test_staff_without_a_factor_set_it_up_before_they_are_signed_in(strict_app):
    user, client = make_user("staff", email=MIRA), strict_app.test_client()

    answer = sign_in(client, MIRA, next="/staff/inventory")
    assert answer.headers["Location"] == "/login/second-factor?next=/staff/inventory"
    assert client.get_cookie("sid") is None
    page = client.get(answer.headers["Location"])
    secret = re.search(r"data-key>([A-Z2-7 ]+)<", page.text)[1].replace(" ", "")
    done = send_set_up(client, page, code_of(secret))

    assert done.status_code == 200
    assert len(re.findall(r"<li>[2-9A-Z]{5}-[2-9A-Z]{5}</li>", done.text)) == 10
    assert 'href="/staff/inventory"' in done.text
    assert done.headers["Cache-Control"] == "no-store"
    assert client.get("/staff/inventory").status_code == 200
    assert since(user)


def send_set_up(client, page, code):
    fields = {
        name: page.text.split(f'name="{name}" value="')[1].split('"')[0]
        for name in ("csrf_token", "key", "sealed", "next")
    }
    return client.post("/login/second-factor", data=fields | {"code": code})


def test_somebody_with_a_factor_cannot_be_led_to_set_up_another_instead(client, mira):
    sign_in(client, MIRA)
    form = {"code": code_of(), "csrf_token": csrf_of(client, "/login/code")}

    shown, sent = client.get("/login/second-factor"), client.post("/login/second-factor", data=form)

    assert [answer.headers["Location"] for answer in (shown, sent)] == ["/login?next=/"] * 2
    assert sessions_open() == 0


def test_the_way_back_from_a_code_stays_inside_the_shop(client, mira):
    sign_in(client, MIRA)

    answer = client.post(
        "/login/code",
        data={"code": code_of(), "csrf_token": csrf_of(client, "/login/code"), "next": "//evil.example"},
    )

    assert answer.headers["Location"] == "/"
