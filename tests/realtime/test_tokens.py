"""Tokens say what was signed, to who knows the secret, until they expire."""

import time

import pytest

from app.realtime.tokens import read_connection, read_subscription, sign_connection, sign_subscription

SECRET = "a secret"


def test_a_connection_token_says_who_it_was_signed_for() -> None:
    token = sign_connection(SECRET, "user:7", "hash", 600)

    found = read_connection(SECRET, token)

    assert found and (found.subject, found.session) == ("user:7", "hash")
    assert abs(found.expires - time.time() - 600) < 2 and abs(found.issued - time.time()) < 2


def test_a_subscription_token_names_its_channel() -> None:
    found = read_subscription(SECRET, sign_subscription(SECRET, "user:7", "user:7", "hash", 600))

    assert found and (found.channel, found.subject, found.session) == ("user:7", "user:7", "hash")


def test_tokens_of_one_purpose_do_not_serve_the_other() -> None:
    assert read_subscription(SECRET, sign_connection(SECRET, "user:7", "hash", 600)) is None
    assert read_connection(SECRET, sign_subscription(SECRET, "user:7", "user:7", "hash", 600)) is None


def test_an_expired_token_is_none() -> None:
    assert read_connection(SECRET, sign_connection(SECRET, "user:7", "hash", -0.01)) is None


def test_every_changed_character_shows() -> None:
    token = sign_connection(SECRET, "user:7", "hash", 600)

    changed = [
        token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        for place in range(len(token) - 1)
    ]

    assert not [text for text in changed if read_connection(SECRET, text)]


@pytest.mark.parametrize("text", ["", ".", "a.b", "é.é", "." * 100, "x" * 5000, "\x00", "\ud800"])
def test_nonsense_is_none(text: str) -> None:
    assert read_connection(SECRET, text) is None and read_subscription(SECRET, text) is None


def test_another_secret_reads_nothing() -> None:
    assert read_connection("another", sign_connection(SECRET, "user:7", "hash", 600)) is None
