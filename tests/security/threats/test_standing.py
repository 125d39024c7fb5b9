"""Who may not be kept out, and who is slowed first."""

import time

import pytest

from app.core import clock
from app.core.database import db, transaction
from app.security.access import Caller
from app.security.models import LoginSession
from app.security.threats import allowed, blocks, records
from tests.factories import make_user
from tests.security.test_login import sign_in
from tests.security.threats.clients import ATTACKER, NEIGHBOUR, client_from, probe
from tests.support.waiting import wait_for

MIRA = Caller("user:mira", "admin", ())


def is_kept_out(app, address=ATTACKER, **headers):
    """After an attack from there."""
    client = client_from(app, address)
    for number in range(6):
        client.get(f"/.git/config{number}", headers=headers)
    return client.get("/api/docs-missing", headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("address", "settings", "expected"),
    [
        ("127.0.0.1", {}, False),
        ("::1", {}, False),
        ("::ffff:127.0.0.1", {}, False),
        ("unix:", {}, False),
        ("192.168.1.7", {}, True),
        ("192.168.1.7", {"APP_ENV": "production"}, False),
        ("fd00::7", {"APP_ENV": "production"}, False),
        ("203.0.113.66", {"APP_ENV": "production"}, True),
        ("203.0.113.66", {"THREAT_ALLOW": "198.51.100.0/24, 203.0.113.0/24"}, False),
        ("203.0.113.66", {"THREAT_ALLOW": "198.51.100.0/24"}, True),
        ("2001:db8::7", {"THREAT_ALLOW": "2001:db8::8"}, False),
        ("203.0.113.66", {"APP_ENV": "demo"}, False),
        ("203.0.113.66", {"APP_ENV": "demo", "THREAT_MODE": "block"}, True),
    ],
)
def test_who_may_be_kept_out(make_app, address, settings, expected):
    production = {"MAIL_URL": "smtp://localhost:1025", "PAYMENT_PROVIDER": "practice"}
    app = make_app(**settings, **(production if settings.get("APP_ENV") == "production" else {}))

    assert is_kept_out(app, address) is expected


@pytest.mark.parametrize(
    ("hops", "forwarded", "blocked"),
    [
        ("0", "198.51.100.1", "10.0.0.5"),
        ("1", "198.51.100.1", "198.51.100.1"),
        ("1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("2", "6.6.6.6, 198.51.100.1, 10.0.0.4", "198.51.100.1"),
        ("1", "", None),
        ("1", "10.0.0.5", None),
        ("2", "10.0.0.4, 10.0.0.4", None),
        ("2", "198.51.100.1", None),
    ],
)
def test_only_the_counted_hops_are_believed_and_no_proxy_is_blocked(
    make_app, redis, hops, forwarded, blocked
):
    """`10.0.0.5` is who connects: without proxies itself a client, else one of ours."""
    app = make_app(TRUSTED_PROXIES=hops)
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    is_kept_out(app, "10.0.0.5", **headers)

    found = [
        client.decode() for client, facts in redis.hgetall("threat:facts").items() if b'"blocked"' in facts
    ]
    assert found == ([blocked] if blocked else [])


def test_a_made_up_chain_of_hops_moves_neither_the_block_nor_the_limit(make_app):
    app = make_app(TRUSTED_PROXIES="1")
    client = client_from(app, "10.0.0.5")
    statuses = [
        client.post("/login", headers={"X-Forwarded-For": f"6.6.6.{number}, {ATTACKER}"}).status_code
        for number in range(12)
    ]
    assert statuses[-1] in (403, 429)

    assert is_kept_out(app, "10.0.0.5", **{"X-Forwarded-For": f"7.7.7.7, {ATTACKER}"})
    assert client.get("/", headers={"X-Forwarded-For": f"{ATTACKER}, {NEIGHBOUR}"}).status_code == 200


def signed_in(app, address=ATTACKER, email="ada@example.test"):
    make_user("shopper", email=email)
    client = client_from(app, address)
    assert sign_in(client, email).status_code == 303
    return client


def test_who_signed_in_before_only_shares_the_address_and_is_slowed(app):
    shopper, attacker = signed_in(app), client_from(app)
    time.sleep(0.002)  # the login's time is in whole ms

    probe(attacker)

    assert attacker.get("/").status_code == 403
    statuses = [shopper.get("/api/nothing").status_code for _ in range(70)]
    assert (statuses[0], statuses[59], statuses[60]) == (404, 404, 429)


def test_a_login_from_after_the_block_began_opens_no_door(app):
    shopper, attacker = signed_in(app), client_from(app)
    probe(attacker)
    with transaction():
        db.session.query(LoginSession).update({"created_at": clock.now_ms() + 1000})

    assert shopper.get("/").status_code == 403


def test_an_attack_of_an_account_is_its_own_and_not_its_neighbours(app):
    shopper = signed_in(app)

    probe(shopper)

    assert client_from(app).get("/").status_code == 200
    statuses = [shopper.get("/api/nothing").status_code for _ in range(61)]
    assert statuses.count(429) == 1

    probe(client_from(app, NEIGHBOUR), 1)
    for number in range(4):
        shopper.get(f"/.env.{number}")
    assert shopper.get("/").status_code in (403, 429)


def test_a_block_ends_by_itself_when_its_time_is_over(app, monkeypatch):
    attacker = client_from(app)
    probe(attacker)
    assert attacker.get("/").status_code == 403
    real = time.monotonic

    monkeypatch.setattr(blocks.time, "monotonic", lambda: real() + 15 * 60 + 1)

    assert attacker.get("/").status_code == 200


def test_a_jump_of_the_servers_clock_lets_nobody_in(app, monkeypatch):
    attacker = client_from(app)
    probe(attacker)
    real = time.time

    monkeypatch.setattr(time, "time", lambda: real() + 3600)

    assert attacker.get("/").status_code == 403


def test_an_admin_lets_an_office_in_and_what_kept_it_out_is_lifted(any_app):
    attacker = client_from(any_app)
    probe(attacker)
    assert records.write_down() == 1
    assert attacker.get("/").status_code == 403

    with transaction():
        allowed.allow_network("203.0.113.0/24", "The office", 3600 * 1000, MIRA)

    assert attacker.get("/").status_code == 200
    probe(attacker)
    wait_for(lambda: attacker.get("/").status_code == 200, 5, "the other processes")
    assert is_kept_out(any_app) is False
