"""The link in the mail: with the password that was chosen it opens the account, once."""

import threading

import pytest
import sqlalchemy as sa

from app.chat.models import Room
from app.core.database import db, transaction
from app.notifications.choices.quiet import Quiet, read_quiet
from app.orders.models import CartLine
from app.security.accounts import registration
from app.security.accounts.models import Registration
from app.security.errors import LinkExpired
from app.security.models import LoginSession, User
from tests.factories import PASSWORD, make_product, make_user
from tests.security.accounts.visiting import ADA, count, is_signed_in, open_account, post, registration_link
from tests.security.test_login import csrf_of

OTHER = "seven blue teapots"


def test_the_link_and_the_password_open_the_account_and_lead_back(any_app, client):
    path = registration_link(client, next="/products/cup?size=small")

    answer = post(client, path, password=PASSWORD)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/products/cup?size=small")
    assert is_signed_in(client)
    user = db.session.scalars(sa.select(User)).one()
    assert (user.email, user.name, user.role) == (ADA, "Ada Novak", "shopper")
    assert count(Registration) == 0


def test_the_link_opens_nothing_without_the_password_that_was_chosen(app, client):
    """Or a stranger would own the account that the reader of the mail believes to have."""
    path = registration_link(client)

    answer = post(app.test_client(), path, password=OTHER)

    assert answer.status_code == 422
    assert "not the password that you chose" in answer.text
    assert (count(User), count(Registration)) == (0, 1)


def test_a_link_works_once(app, client):
    path = registration_link(client)
    stranger = app.test_client()
    csrf = csrf_of(stranger, path)
    post(client, path, password=PASSWORD)

    again = stranger.post(path, data={"password": PASSWORD, "csrf_token": csrf})

    assert (again.status_code, stranger.get(path).status_code) == (404, 404)
    assert count(LoginSession) == 1


def test_a_link_ends_after_48_hours_and_is_cleared_away(any_app, client):
    path = registration_link(client)
    with transaction():
        ago = Registration.expires_at - 48 * 3600 * 1000
        db.session.execute(sa.update(Registration).values(expires_at=ago))

    assert client.get(path).status_code == 404
    registration.prune()
    assert count(Registration) == 0


@pytest.mark.parametrize(
    "forge", [lambda p: p + "x", lambda p: p.replace("-", "", 1), lambda p: "/register/é-é"]
)
def test_a_forged_link_is_not_found(app, client, forge):
    assert client.get(forge(registration_link(client))).status_code == 404


def test_registering_again_takes_the_place_of_the_first_try(any_app, client):
    first = registration_link(client)
    second = registration_link(client, password=OTHER)

    assert client.get(first).status_code == 404
    assert post(client, second, password=OTHER).status_code == 303
    assert count(User) == 1


def test_two_clicks_at_once_open_one_account(any_app, client):
    token = registration_link(client).removeprefix("/register/")
    barrier, outcomes = threading.Barrier(2), []

    def click():
        with client.application.test_request_context():
            barrier.wait()
            try:
                registration.confirm(token, PASSWORD)
                outcomes.append("opened")
            except LinkExpired:
                outcomes.append("expired")

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join(30)

    assert sorted(outcomes) == ["expired", "opened"]
    assert (count(User), count(LoginSession)) == (1, 1)


def test_an_account_that_was_opened_meanwhile_keeps_its_password(any_app, client):
    path = registration_link(client)
    make_user(email=ADA)

    assert post(client, path, password=PASSWORD).status_code == 404
    assert count(User) == 1


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\r\nb",
        "/" + "x" * 400,
    ],
)
def test_the_way_back_never_leads_to_another_site(app, client, path):
    assert open_account(client, next=path).headers["Location"] == "/"


def test_what_a_visitor_gathered_is_the_accounts(any_app, client):
    make_product(sku="CUP", slug="cup")
    hours = {"quietStart": "22:30", "quietEnd": "07:00", "zone": "Europe/Berlin"}
    opening = {
        "name": "Ada",
        "email": ADA,
        "body": "Hello?",
        "clientId": "a" * 32,
        "department": "",
        "page": "/",
    }
    post(client, "/cart", "/products/cup", sku="CUP", quantity="2", key="k" * 32)
    post(client, "/notifications/settings/hours", "/notifications/settings", **hours)
    post(client, "/support", **opening)

    open_account(client)

    owner = f"user:{db.session.scalars(sa.select(User.public_id)).one()}"
    assert db.session.scalars(sa.select(CartLine.owner)).all() == [owner]
    assert db.session.scalars(sa.select(Room.owner)).all() == [owner]
    assert read_quiet(owner) == Quiet(1350, 420, "Europe/Berlin")


def test_what_dies_in_the_middle_of_a_confirmation_leaves_the_link_whole(any_app, client, monkeypatch):
    path = registration_link(client)
    with monkeypatch.context() as broken:
        broken.setattr(registration.sessions, "open_session", lambda _: 1 / 0)
        assert post(client, path, password=PASSWORD).status_code == 500
    assert (count(User), count(Registration)) == (0, 1)

    assert post(client, path, password=PASSWORD).status_code == 303
