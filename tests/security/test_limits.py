"""How often one caller may ask, and who counts as one caller."""

from contextvars import Context

import pytest

from app.security.limits import client_key
from app.security.tokens import create_token, revoke_token


def try_to_sign_in(client, number, **environ):
    login = {"email": f"user{number}@example.test", "password": "wrong password"}
    headers = {"Authorization": f"Bearer invented-{number}"}
    return client.post("/login", data=login, headers=headers, environ_base=environ)


def key_of(app, token="", address="192.0.2.1"):
    """Whom a request counts for; in a context of its own, as on a server."""

    def ask():
        headers = {"Authorization": f"Bearer {token}"}
        with app.test_request_context(headers=headers, environ_base={"REMOTE_ADDR": address}):
            return client_key()

    return Context().run(ask)


def test_an_invented_token_gives_no_fresh_allowance_to_guess_passwords(app, client):
    answers = [try_to_sign_in(client, number) for number in range(11)]

    assert answers[9].status_code != 429
    assert answers[10].status_code == 429


def test_another_address_has_an_allowance_of_its_own(app, client):
    for number in range(11):
        try_to_sign_in(client, number)

    assert try_to_sign_in(client, 12, REMOTE_ADDR="10.0.0.7").status_code != 429


def test_a_program_is_its_token_wherever_it_calls_from(app):
    first, second = create_token("first", ["inventory:read"]), create_token("second", ["inventory:read"])

    assert key_of(app, first) == key_of(app, first, address="192.0.2.2")
    assert len({key_of(app), key_of(app, first), key_of(app, second)}) == 3


def test_a_token_that_is_unknown_or_revoked_is_just_an_address(app):
    token = create_token("old", ["inventory:read"])
    revoke_token("old")

    assert key_of(app, token) == key_of(app, "invented") == key_of(app)


@pytest.mark.parametrize(
    ("address", "other", "are_one"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:aaaa:bbbb:cccc:dddd", True),
        ("2001:db8::1", "2001:db8::aaaa:bbbb:cccc:dddd", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("", "unix:", True),
    ],
)
def test_which_addresses_are_one_caller(app, address, other, are_one):
    assert (key_of(app, address=address) == key_of(app, address=other)) is are_one
