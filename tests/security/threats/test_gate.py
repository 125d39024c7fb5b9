"""Who attacks is kept out for a while, and nobody else."""

import json

import pytest

from app.security.tokens import create_token, revoke_token
from tests.chat.asking import ask
from tests.factories import make_product
from tests.security.threats.clients import NEIGHBOUR, client_from, probe
from tests.security.threats.corpus import HONEST, PROBES, SHAPES

HEALTH = ("/api/health", "/api/health/ready")


def test_a_scanner_is_kept_out_after_two_probes_and_told_for_how_long(app):
    attacker = client_from(app)

    probe(attacker)
    answer = attacker.get("/")

    assert answer.status_code == 403
    assert 890 < int(answer.headers["Retry-After"]) <= 901
    assert "Come back in 15 minutes" in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert client_from(app, NEIGHBOUR).get("/").status_code == 200


def test_a_program_that_is_kept_out_gets_a_problem_as_ever(app):
    attacker = client_from(app)

    probe(attacker)
    answer = attacker.get("/api/realtime/inventory")

    assert (answer.status_code, answer.json["code"]) == (403, "client_blocked")
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("path", HEALTH)
def test_health_is_told_to_everybody_and_counts_for_nothing(app, path):
    attacker = client_from(app)
    for _ in range(10):
        attacker.get(f"{path}?q=<script>alert(1)</script>")
    assert attacker.get("/").status_code == 200

    probe(attacker)

    assert attacker.get("/").status_code == 403
    assert attacker.get(path).status_code in (200, 503)


def test_every_attack_of_the_corpus_ends_within_a_few_requests(app):
    """Five shapes or two probes; and nothing that is asked for later gets an answer."""
    attacker, answers = client_from(app), []
    for text in SHAPES[:12]:
        answers.append(attacker.get("/search", query_string={"q": text}).status_code)

    assert answers[:5].count(403) == 0
    assert set(answers[5:]) == {403}


def test_a_stuffer_of_passwords_is_kept_out(app):
    """The limit of logins slows them down, and each other account that they try counts."""
    attacker = client_from(app)
    statuses = [sign_in_as(attacker, f"user{number}@example.test") for number in range(40)]

    assert 403 in statuses
    assert statuses.index(403) <= 12


def sign_in_as(client, email):
    page = client.get("/login")
    if page.status_code == 403:
        return 403
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(
        "/login", data={"email": email, "password": "guessed it", "csrf_token": token}
    ).status_code


@pytest.mark.parametrize(
    "try_once",
    [
        lambda client, n: client.get(f"/api/nothing-{n}"),
        lambda client, n: client.get("/api/realtime/inventory", headers={"Authorization": f"Bearer ls_{n}"}),
        lambda client, n: client.post("/theme", data={"theme": "dark"}),
        lambda client, n: client.get("/", headers={"Host": "evil.example"}),
    ],
    ids=["pages that are not there", "forged tokens", "forms without a token", "foreign hosts"],
)
def test_whoever_tries_and_tries_is_kept_out(app, try_once):
    client = client_from(app)
    statuses = [try_once(client, number).status_code for number in range(205)]

    assert statuses[8] != 403
    assert statuses[-1] == 403


def test_one_token_that_is_over_and_one_page_that_is_gone_may_be_asked_for_all_day(app):
    token = create_token("import", ["inventory:read"])
    revoke_token("import")
    program, page = client_from(app), client_from(app, NEIGHBOUR)
    for _ in range(25):
        program.get("/api/realtime/inventory", headers={"Authorization": f"Bearer {token}"})
        page.get("/chat/rooms/gone/events")

    assert program.get("/").status_code == page.get("/").status_code == 200


def test_an_honest_visit_scores_nothing(app, redis):
    """Pages, searches with quotes, a wrong form, and a chat about SQL and scripts: bodies are never looked at."""
    make_product(sku="CUP", slug="cup", name="Cup", stock=5)
    shopper = client_from(app)
    for path in (
        "/",
        "/products/cup",
        "/categories/tableware",
        "/cart",
        "/login",
        "/support",
        "/nothing-here",
    ):
        shopper.get(path)
    for text in HONEST[::3]:
        assert shopper.get("/search", query_string={"q": text}).status_code == 200
    asked = ask(
        shopper, "<script>alert(1)</script> ' OR 1=1-- ../etc", email="ada@example.test", name="' OR 1=1"
    )

    assert asked.status_code == 303

    assert redis.keys("threat:points:*") == []


def test_a_page_of_another_site_gets_nobody_blocked(app, redis):
    """Anybody's browser can be made to ask for anything; what looks like an attack is refused, not counted."""
    browser = client_from(app)
    foreign = {"Sec-Fetch-Site": "cross-site"}
    for path in PROBES[:4]:
        assert browser.get(path, headers=foreign).status_code == 403
    for number in range(25):
        browser.get(f"/api/nothing-{number}", headers=foreign)
    for _ in range(12):
        browser.post("/theme", headers=foreign)

    assert browser.get("/").status_code == 200
    assert redis.keys("threat:points:*") == []


def test_who_only_says_that_another_site_sends_it_guesses_no_more_than_others(app):
    attacker = client_from(app)
    for number in range(12):
        token = {"Authorization": f"Bearer ls_{number}", "Sec-Fetch-Site": "cross-site"}
        attacker.get("/api/realtime/inventory", headers=token)

    assert attacker.get("/").status_code == 403


def test_log_mode_keeps_nobody_out_and_says_what_it_would_have_done(make_app, redis):
    app = make_app(THREAT_MODE="log")
    attacker = client_from(app)

    probe(attacker, 6)

    assert attacker.get("/").status_code == 200
    assert [json.loads(facts)["kind"] for facts in redis.hvals("threat:facts")] == ["logged"]


def test_whoever_is_kept_out_comes_in_once_the_shop_only_logs(make_app):
    attacker = client_from(make_app())
    probe(attacker)
    assert attacker.get("/cart/count").status_code == 403

    assert client_from(make_app(THREAT_MODE="log")).get("/cart/count").status_code == 200
