"""The tokens that open a socket: given to the page's own visitor or user, and to nobody for somebody else."""

import html
import re

import pytest

from app.realtime.pages import TOKEN_LIFETIME_S
from app.realtime.tokens import read_connection, read_subscription
from tests.factories import make_user
from tests.security.test_login import csrf_of, sign_in
from tests.support.settings import SECRET_KEY

URL = "/live/tokens"


def renew(client, **body):
    return client.post(URL, headers={"X-CSRFToken": csrf_of(client, "/")}, **body)


def page_token(client):
    return html.unescape(re.search(r'data-live-token="([^"]+)"', client.get("/").text).group(1))


def test_a_guest_gets_tokens_for_the_visitor_that_the_page_knows(app, client):
    subject = read_connection(SECRET_KEY, page_token(client)).subject

    tokens = renew(client).json

    assert subject.startswith("visitor:")
    assert read_connection(SECRET_KEY, tokens["connection"]).subject == subject
    assert list(tokens["channels"]) == [subject]
    assert read_subscription(SECRET_KEY, tokens["channels"][subject]).channel == subject


def test_a_user_gets_tokens_for_the_own_channel_bound_to_this_login(app, client):
    user = make_user("shopper", email="ada@example.test")
    sign_in(client, "ada@example.test")

    tokens = renew(client).json

    connection = read_connection(SECRET_KEY, tokens["connection"])
    subscription = read_subscription(SECRET_KEY, tokens["channels"][f"user:{user.public_id}"])
    assert connection.subject == subscription.subject == subscription.channel == f"user:{user.public_id}"
    assert connection.session == subscription.session != ""
    assert client.get_cookie("sid").value not in tokens["connection"]


def test_tokens_last_ten_minutes(app, client):
    connection = read_connection(SECRET_KEY, renew(client).json["connection"])

    assert connection.expires - connection.issued == pytest.approx(TOKEN_LIFETIME_S, abs=0.01)


def test_after_signing_out_the_tokens_are_a_visitor_s_again(app, client):
    make_user("shopper", email="ada@example.test")
    sign_in(client, "ada@example.test")
    client.post("/logout", data={"csrf_token": csrf_of(client, "/")})

    connection = read_connection(SECRET_KEY, renew(client).json["connection"])

    assert connection.subject.startswith("visitor:")
    assert connection.session == ""


def test_a_user_who_signs_out_is_another_visitor_afterwards(app, client):
    make_user("shopper", email="ada@example.test")
    before = read_connection(SECRET_KEY, page_token(client)).subject
    sign_in(client, "ada@example.test")

    client.post("/logout", data={"csrf_token": csrf_of(client, "/")})

    assert read_connection(SECRET_KEY, page_token(client)).subject != before


def test_two_browsers_are_two_visitors(app):
    subjects = {read_connection(SECRET_KEY, page_token(app.test_client())).subject for _ in range(2)}

    assert len(subjects) == 2


@pytest.mark.parametrize("headers", [{}, {"X-CSRFToken": ""}, {"X-CSRFToken": "invented"}])
def test_another_site_cannot_ask_for_tokens(app, client, headers):
    assert renew(client).status_code == 200

    refused = client.post(URL, headers=headers)

    assert (refused.status_code, refused.json["code"]) == (400, "csrf_refused")


def test_the_token_of_another_browser_s_form_is_refused(app, client):
    foreign = csrf_of(app.test_client(), "/")
    csrf_of(client, "/")

    assert client.post(URL, headers={"X-CSRFToken": foreign}).status_code == 400


@pytest.mark.parametrize("body", [{"json": {"subject": "user:1"}}, {"query_string": {"channel": "user:1"}}])
def test_asking_for_somebody_else_changes_nothing(app, client, body):
    tokens = renew(client, **body).json

    assert [name.split(":")[0] for name in tokens["channels"]] == ["visitor"]


def test_a_visitor_cookie_of_one_s_own_making_is_no_visitor(app, client):
    client.set_cookie("visitor", "eyJ2aXNpdG9yIjoiYWRtaW4ifQ.x.y")

    assert read_connection(SECRET_KEY, page_token(client)).subject != "visitor:admin"


def test_tokens_are_never_in_an_address(app, client):
    text = client.get("/").text

    assert not re.search(r'(?:href|src|action|data-live-url)="[^"]*token', text)
    assert client.get(URL).status_code == 405
