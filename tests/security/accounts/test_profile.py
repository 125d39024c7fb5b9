"""What people change of their own account, and what that takes."""

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.security.accounts.models import AddressChange
from app.security.models import AuditEntry, User
from app.security.recovery import make_token
from tests.factories import PASSWORD, make_user
from tests.security.accounts.visiting import ADA, is_signed_in, mails_to, path_in, post, run_jobs
from tests.security.test_login import csrf_of, sign_in

NEW = "seven blue teapots"
HOME = "ada@home.example"


@pytest.fixture
def ada(app, client):
    user = make_user(email=ADA)
    sign_in(client, ADA)
    return user


def change_password(client, current=PASSWORD, new=NEW):
    return post(client, "/account/password", "/account", current_password=current, new_password=new)


def ask_for_address(client, email=HOME, password=PASSWORD):
    return post(client, "/account/address", "/account", email=email, address_password=password)


def address_link(client):
    ask_for_address(client)
    run_jobs(client.application)
    return path_in(mails_to(HOME)[-1], "/account/address/")


def email_of(user):
    db.session.rollback()
    return db.session.get(User, user.id).email


def test_a_name_can_be_changed(any_app, client, ada):
    key = client.get("/account").text.split('name="key" value="')[1].split('"')[0]

    answer = post(client, "/account/name", "/account", name="  Ada  Lovelace ", key=key)

    assert answer.status_code == 303
    assert 'value="Ada Lovelace"' in client.get("/account").text


def test_a_name_that_cannot_be_is_refused_at_its_field(app, client, ada):
    answer = post(client, "/account/name", "/account", name="", key="k" * 32)

    assert answer.status_code == 422
    assert "Enter your name" in answer.text
    assert "Enter your current password" not in answer.text


def test_a_new_password_ends_all_other_logins_and_gives_this_one_another_id(any_app, client, ada):
    phone = any_app.test_client()
    sign_in(phone, ADA)
    before = client.get_cookie("sid").value

    assert change_password(client).status_code == 303

    assert (is_signed_in(client), is_signed_in(phone)) == (True, False)
    assert client.get_cookie("sid").value != before
    assert mails_to(ADA)[-1].subject == "Your password was changed"
    assert sign_in(any_app.test_client(), ADA, PASSWORD).status_code == 422
    assert sign_in(any_app.test_client(), ADA, NEW).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "words"),
    [
        ("not the password", NEW, "That is not your password"),
        (PASSWORD, "password1234", "lists of common passwords"),
        (PASSWORD, "ada-novak-2026", "Without your name"),
        (PASSWORD, "short", "Use 12 to 128 characters"),
        ("", NEW, "Enter your current password"),
    ],
)
def test_a_password_that_cannot_be_changes_nothing(app, client, ada, current, new, words):
    answer = change_password(client, current, new)

    assert answer.status_code == 422
    assert words in answer.text
    assert NEW not in answer.text
    assert sign_in(app.test_client(), ADA).status_code == 303


def test_a_stolen_login_is_no_way_to_guess_the_password(app, client, ada):
    statuses = [change_password(client, f"guess number {number}").status_code for number in range(6)]
    other_form = ask_for_address(client, password="guess number six")

    assert [*statuses, other_form.status_code] == [422] * 5 + [429] * 2
    assert "Retry-After" in other_form.headers


def test_an_address_changes_when_its_mail_is_opened_and_the_old_one_is_told(any_app, client, ada):
    path = address_link(client)
    assert email_of(ada) == ADA

    assert post(client, path).status_code == 303

    assert email_of(ada) == HOME
    assert mails_to(ADA)[-1].subject == "Your account has another address"
    assert post(client, path, "/account").status_code == 404
    assert sign_in(any_app.test_client(), HOME).status_code == 303


def test_an_address_takes_the_password(app, client, ada):
    assert ask_for_address(client, password="not the password").status_code == 422
    run_jobs(app)
    assert mails_to(HOME) == []


def test_only_the_account_that_asked_gets_the_address(app, client, ada):
    """A victim who opens the mail of somebody else's wish lends nobody their address."""
    path = address_link(client)
    bob = app.test_client()
    make_user(email="bob@example.test")
    sign_in(bob, "bob@example.test")

    assert bob.get(path).status_code == 404
    assert post(bob, path, "/account").status_code == 404
    assert app.test_client().get(path).headers["Location"].startswith("/login?next=")
    assert email_of(ada) == ADA


def test_an_address_that_has_an_account_is_told_so_by_mail_alone(app, client, ada):
    make_user(email=HOME)

    answer = ask_for_address(client)
    run_jobs(app)

    assert answer.status_code == 303
    assert [mail.subject for mail in mails_to(HOME)] == ["You have an account already"]


def test_an_address_that_somebody_took_meanwhile_is_refused(any_app, client, ada):
    path = address_link(client)
    make_user(email=HOME)

    assert post(client, path).status_code == 404
    assert email_of(ada) == ADA


def test_a_second_wish_takes_the_place_of_the_first_and_both_end_after_48_hours(any_app, client, ada):
    first, second = address_link(client), address_link(client)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200

    with transaction():
        ago = AddressChange.expires_at - 48 * 3600 * 1000
        db.session.execute(sa.update(AddressChange).values(expires_at=ago))

    assert client.get(second).status_code == 404


def test_a_password_link_in_the_old_mailbox_opens_nothing_any_more(app, client, ada):
    link = f"/password/{make_token(ada)}"
    post(client, address_link(client))

    assert client.get(link).status_code == 404


def test_a_password_link_needs_a_strong_password_too(app, client):
    path = f"/password/{make_token(make_user(email=ADA))}"

    answer = post(client, path, password="password1234")

    assert answer.status_code == 422
    assert "lists of common passwords" in answer.text


def test_changes_are_in_the_audit_record_without_what_they_hold(app, client, ada):
    change_password(client)
    post(client, "/account/sessions", "/account")
    ask_for_address(client, password=NEW)

    entries = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries][-3:] == [
        "password_changed",
        "login",
        "address_change_requested",
    ]
    assert HOME not in str([(entry.before, entry.after, entry.object) for entry in entries])


def test_the_page_is_for_people_who_are_signed_in(app, client):
    assert client.get("/account").headers["Location"] == "/login?next=/account"
    csrf = csrf_of(client, "/login")
    for path in ("name", "address", "password", "sessions"):
        answer = client.post(f"/account/{path}", data={"csrf_token": csrf})
        assert answer.headers["Location"].startswith("/login?next="), path
