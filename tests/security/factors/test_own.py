"""The second factor of one's own account: switched on, moved, switched off; and proving that one is still there."""

import re
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.database import db, transaction
from app.core.mail import Mail
from app.core.sealing import seal
from app.security.factors.models import RecoveryCode, SecondFactor
from app.security.models import AuditEntry, LoginSession
from tests.factories import PASSWORD, make_user
from tests.security.factors.phone import SECRET, code_of, give_factor, send, since, value_of
from tests.security.test_login import sign_in

PATH = "/account/second-factor"
SET_UP = f"{PATH}/set-up"
ADA = "ada@example.test"


@pytest.fixture
def ada(client):
    user = make_user("shopper", email=ADA)
    sign_in(client, ADA)
    return user


@pytest.fixture
def armed(app, client):
    """Somebody who has a second factor and signed in with it."""
    user = give_factor(make_user("shopper", email=ADA))
    sign_in(client, ADA)
    send(client, "/login/code", code=code_of(drift=-1))
    return user


def secret_of(page):
    return re.search(r"data-key>([A-Z2-7 ]+)<", page.text)[1].replace(" ", "")


def codes_of(page):
    return re.findall(r"<li>([2-9A-Z]{5}-[2-9A-Z]{5})</li>", page.text)


def set_up(client, **fields):
    page = client.get(SET_UP)
    shown = {name: value_of(page, name) for name in ("csrf_token", "key", "sealed")}
    return client.post(SET_UP, data=shown | {"code": code_of(secret_of(page))} | fields)


def age_of_login(minutes):
    with transaction():
        moment = clock.now_ms() - minutes * 60_000
        db.session.execute(sa.update(LoginSession).values(created_at=moment))


def test_it_counts_once_a_code_was_shown_and_not_before(client, ada):
    page = client.get(SET_UP)
    assert "<svg" in page.text
    assert since(ada) is None

    refused, done = set_up(client, code="000000"), set_up(client)

    assert (refused.status_code, done.status_code) == (422, 200)
    assert len(codes_of(done)) == 10
    assert since(ada)
    assert "10 of 10 are left" in client.get(PATH).text


def test_a_wrong_code_keeps_the_picture(client, ada):
    page = client.get(SET_UP)
    form = {name: value_of(page, name) for name in ("csrf_token", "key", "sealed")}

    again = client.post(SET_UP, data=form | {"code": "000000"})

    assert again.status_code == 422
    assert secret_of(again) == secret_of(page)
    assert "no-store" in again.headers["Cache-Control"]


def test_neither_the_key_nor_a_code_is_to_be_read_in_the_database(client, ada):
    page = client.get(SET_UP)
    form = {name: value_of(page, name) for name in ("csrf_token", "key", "sealed")}
    done = client.post(SET_UP, data=form | {"code": code_of(secret_of(page))})

    stored = str([vars(row) for kind in (SecondFactor, RecoveryCode, Mail, AuditEntry) for row in kind.query])
    stored += str(db.session.execute(sa.text("SELECT request_hash, response FROM idempotency")).all())
    for secret in (secret_of(page), *codes_of(done), *(code.replace("-", "") for code in codes_of(done))):
        assert secret not in stored


@pytest.mark.parametrize("owner", ["another:", ""])
def test_a_key_that_was_not_offered_to_this_account_is_not_taken(client, ada, owner):
    forged = seal("second factor set-up", f"{owner}{SECRET}".encode()) if owner else SECRET

    answer = set_up(client, sealed=forged, code=code_of())

    assert answer.status_code == 422
    assert since(ada) is None


def test_a_form_that_comes_twice_does_not_make_the_first_codes_worthless(client, ada):
    page = client.get(SET_UP)
    form = {name: value_of(page, name) for name in ("csrf_token", "key", "sealed")}
    form |= {"code": code_of(secret_of(page))}

    first, second = client.post(SET_UP, data=form), client.post(SET_UP, data=form)

    assert len(codes_of(first)) == 10
    assert second.headers["Location"] == PATH
    assert "shown once" in client.get(PATH).text
    client.post("/logout", data={"csrf_token": form["csrf_token"]})
    sign_in(client, ADA)
    assert send(client, "/login/code", code=codes_of(first)[0]).status_code == 303


def test_switching_it_on_ends_the_logins_that_had_only_the_password(app, client, ada):
    elsewhere = app.test_client()
    sign_in(elsewhere, ADA)

    set_up(client)

    assert client.get(PATH).status_code == 200
    assert elsewhere.get(PATH).headers["Location"].startswith("/login?next=")


def test_another_phone_takes_the_place_of_the_first(app, client, armed):
    page = client.get(SET_UP)
    form = {name: value_of(page, name) for name in ("csrf_token", "key", "sealed")}
    client.post(SET_UP, data=form | {"code": code_of(secret_of(page))})

    other = app.test_client()
    sign_in(other, ADA)
    assert send(other, "/login/code", code=code_of(SECRET, 1)).status_code == 422
    assert send(other, "/login/code", code=code_of(secret_of(page), 1)).status_code == 303


def test_new_recovery_codes_end_the_old_ones(app, client, armed):
    made = send(client, f"{PATH}/codes", PATH)
    assert len(codes_of(made)) == 10

    other = app.test_client()
    sign_in(other, ADA)
    assert send(other, "/login/code", code="7KQ2M-XD4HP").status_code == 422
    assert send(other, "/login/code", code=codes_of(made)[3]).status_code == 303
    assert "9 of 10 are left" in other.get(PATH).text


def test_switched_off_it_is_asked_for_no_more(app, client, armed):
    send(client, f"{PATH}/removal", PATH)

    assert since(armed) is None
    assert db.session.query(RecoveryCode).count() == 0
    assert sign_in(app.test_client(), ADA).headers["Location"] == "/"


def test_staff_that_need_it_cannot_switch_it_off(make_app):
    app = make_app(STAFF_SECOND_FACTOR="required")
    with app.app_context():
        user, client = give_factor(make_user("staff", email=ADA)), app.test_client()
        sign_in(client, ADA)
        send(client, "/login/code", code=code_of())
        page = client.get(PATH)
        form = {name: value_of(page, name) for name in ("csrf_token", "key")}

        answer = client.post(f"{PATH}/removal", data=form)

        assert "Switch it off</button>" not in page.text
        assert answer.status_code == 409
        assert since(user)


def test_the_owner_hears_of_every_change(client, armed):
    send(client, f"{PATH}/codes", PATH)
    send(client, f"{PATH}/removal", PATH)

    subjects = db.session.scalars(sa.select(Mail.subject).where(Mail.to == ADA).order_by(Mail.id)).all()
    assert [
        "Your second factor is set up",
        "You have new recovery codes",
        "Your second factor is switched off",
    ] == [subject for subject in subjects if "second factor" in subject or "recovery" in subject]


def test_an_old_login_proves_itself_again_and_comes_back(client, ada):
    age_of_login(minutes=16)

    asked = client.get(SET_UP)
    assert asked.headers["Location"] == f"/login/again?next={quote(SET_UP)}"
    before = client.get_cookie("sid").value
    wrong = send(client, "/login/again", asked.headers["Location"], password="wrong password")
    right = send(client, "/login/again", asked.headers["Location"], password=PASSWORD)

    assert (wrong.status_code, right.headers["Location"]) == (422, SET_UP)
    assert client.get_cookie("sid").value != before
    assert client.get(SET_UP).status_code == 200


def test_proving_it_again_takes_the_code_too(client, armed):
    age_of_login(minutes=16)

    answer = send(client, "/login/again", password=PASSWORD)
    assert answer.headers["Location"].startswith("/login/code")
    assert client.get(PATH).status_code == 303
    send(client, "/login/code", code=code_of(drift=1))

    assert client.get(PATH).status_code == 200


def test_a_new_password_does_not_stand_for_the_code(client, armed):
    age_of_login(minutes=16)
    fields = {"current_password": PASSWORD, "new_password": "six quite different zebras"}

    changed = send(client, "/account/password", "/account", **fields)

    assert changed.headers["Location"] == "/account"
    assert client.get(PATH).headers["Location"].startswith("/login/again")


def test_a_form_of_an_old_login_leads_back_to_its_page(client, ada):
    form = {"csrf_token": value_of(client.get(SET_UP), "csrf_token")}
    age_of_login(minutes=16)

    answer = client.post(SET_UP, data=form, headers={"Referer": f"http://localhost{SET_UP}"})

    assert answer.headers["Location"] == f"/login/again?next={quote(SET_UP)}"


def test_a_login_that_is_fresh_is_not_asked_again(client, ada):
    age_of_login(minutes=14)

    assert client.get(PATH).status_code == 200


def test_guests_sign_in_first(client):
    assert client.get(PATH).headers["Location"] == f"/login?next={quote(PATH)}"
    assert client.get("/login/again").headers["Location"].startswith("/login?next=")
