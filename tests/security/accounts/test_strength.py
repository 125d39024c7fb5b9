"""Which passwords are refused, and with which words."""

import time

import pytest

from app.security.accounts.strength import LONGEST, NAMES, REASONS, check_strength
from app.security.errors import WeakPassword

ABOUT = ("Tomás Rey", "t.rey@potters.example")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "blue teapot seven",
        "zq8#Lw0pXv!2",
        "ein haus am see",
        "пять синих чайников",
        "kilnmark has blue teapots in it",
        "x" * 3 + "blue teapot seven " * 6,
    ],
)
def test_good_passwords_are_taken_whatever_they_are_made_of(app, password):
    check_strength(password, ABOUT)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("password1234", REASONS["passwords"]),
        ("qwertyuiop12", REASONS["passwords"]),
        ("Summer2026!!", REASONS["passwords"]),
        ("1q2w3e4r5t6y", REASONS["passwords"]),
        ("aaaaaaaaaaaa", REASONS["repeat"]),
        ("passwordpassword", REASONS["repeat"]),
        ("teapot.teapot.teapot.", REASONS["repeat"]),
        ("abcdefghijklmn", REASONS["sequence"]),
        ("tomas.rey2026", NAMES),
        ("TOMÁS REY rey!", NAMES),
        ("kilnmark2026!", NAMES),
        ("t.rey@potters", NAMES),
        ("kilnmark-password", NAMES),
    ],
)
def test_easy_passwords_are_refused_with_the_reason(app, password, reason):
    with pytest.raises(WeakPassword) as refused:
        check_strength(password, ABOUT)

    assert refused.value.detail.startswith(reason)


@pytest.mark.parametrize(
    ("length", "is_fine"), [(11, False), (12, True), (LONGEST, True), (LONGEST + 1, False)]
)
def test_both_ends_of_the_length(app, length, is_fine):
    password = ("w8#Lq0pXv!2k" * 11)[:length]
    if is_fine:
        check_strength(password)
        return
    with pytest.raises(WeakPassword, match="12 to 128"):
        check_strength(password)


@pytest.mark.parametrize("piece", ["4@8({[<369&6#!1/|0$5+7%2", "l33t@ss0rd$", "aB3$", "x", "İ"])
def test_no_password_takes_long_to_estimate(app, piece):
    """What can be read in many ways takes the estimator minutes when it is long."""
    begun = time.process_time()

    try:
        check_strength((piece * LONGEST)[:LONGEST])
    except WeakPassword:
        pass

    assert time.process_time() - begun < 2
