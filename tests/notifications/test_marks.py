"""What becomes of a push on its device: clicks that lead on, and what devices tell."""

import pytest

from app.core.database import db
from app.notifications.figures.tokens import click_path, write_token
from app.notifications.models import Delivery
from tests.notifications.devices import subscribe
from tests.notifications.telling import ADA, find, register, tell

MARKS = "/api/realtime/push/marks"


@pytest.fixture
def told(any_app):
    register(any_app)
    subscribe(ADA)
    return tell(number="P-7")


def delivery():
    db.session.expire_all()
    return db.session.query(Delivery).one()


@pytest.fixture
def client(any_app):
    """Devices and push services know no cookie."""
    return any_app.test_client(use_cookies=False)


def click(client, path):
    """As a browser does it for a person."""
    return client.get(path, headers={"Sec-Fetch-Mode": "navigate"})


def mark(client, kind, token=None):
    return client.post(MARKS, data={"token": token or write_token(delivery().public_id, ""), "kind": kind})


def test_a_click_is_noted_once_and_leads_to_what_was_said(client, told):
    path = click_path(delivery().public_id)

    first = click(client, path)
    at = delivery().clicked_at
    again = click(client, path)

    assert (first.status_code, first.location) == (303, "/parcels/P-7")
    assert again.location == first.location
    assert at and delivery().clicked_at == at
    assert find(told).read_at


def test_a_button_leads_to_its_own_page(client, told):
    answer = click(client, click_path(delivery().public_id, "track"))

    assert answer.location == "/parcels/P-7/track"
    assert delivery().click_action == "track"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Mode": "navigate", "Sec-Purpose": "prefetch"},
        {"Sec-Fetch-Mode": "navigate", "Purpose": "prefetch;prerender"},
    ],
)
def test_what_fetches_addresses_ahead_is_no_click_and_leads_on(client, told, headers):
    answer = client.get(click_path(delivery().public_id), headers=headers)

    assert (answer.status_code, answer.location) == (303, "/parcels/P-7")
    assert delivery().clicked_at is None and delivery().displayed_at
    assert find(told).read_at is None


@pytest.mark.parametrize(
    "change", [lambda t: t + "x", lambda t: "x" + t, lambda t: t.replace(".", ".track", 1), lambda _: "x"]
)
def test_an_address_that_somebody_made_up_leads_nowhere(client, told, change):
    token = change(write_token(delivery().public_id, ""))

    assert client.get(f"/n/{token}").status_code == 404
    assert mark(client, "clicked", token).status_code == 204
    assert delivery().clicked_at is None


@pytest.mark.parametrize("order", [("displayed", "dismissed"), ("dismissed", "displayed")])
def test_devices_tell_in_any_order_and_the_first_time_counts(client, told, order):
    for kind in order:
        assert mark(client, kind).status_code == 204
    before = (delivery().displayed_at, delivery().dismissed_at)
    for kind in order:
        mark(client, kind)

    assert all(before)
    assert (delivery().displayed_at, delivery().dismissed_at) == before


def test_what_is_no_mark_is_none(client, told):
    assert mark(client, "read_at").status_code == 204
    assert client.post(MARKS).status_code == 204


def test_without_analytics_nothing_is_noted_and_a_click_still_leads_on(make_app):
    app = make_app(PUSH_ENABLE_ANALYTICS="false")
    with app.app_context():
        register(app)
        subscribe(ADA)
        told = tell()
        client = app.test_client()

        assert click(client, click_path(delivery().public_id)).status_code == 303

        assert delivery().clicked_at is None
        assert find(told).read_at
