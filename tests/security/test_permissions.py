"""Every route and every channel, asked by everybody: `permissions.txt` says what each of them must hear."""

import pytest

from app.realtime.channels import CHANNELS
from tests.security.furnished import Furnished, Restorer, furnish
from tests.security.permissions import (
    Caller,
    ask,
    browsers,
    fill_in,
    outcome,
    programs,
    read_table,
    unnamed_routes,
)

# Some thousand requests: a quarter of a minute on a machine that has nothing else to do.
pytestmark = pytest.mark.timeout(600)
POLICY = ("default-src 'none'", "object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGES = ("text/html", "application/json", "application/problem+json")
# The same for everybody, whoever is signed in.
ANYBODYS = ("/static/", "/media/", "/api/openapi.json")
# What no form of ours sends, so that no page of another site gains by sending it.
NEED_NO_TOKEN = ("only_reads", "needs_no_form")


@pytest.fixture
def shop(make_app):
    """It only notes what it takes for an attack: who asks for so much that is not theirs would soon hear nothing else."""
    app = make_app(THREAT_MODE="log", LOG_REQUESTS="false")
    with app.app_context():
        yield furnish(app)


@pytest.fixture
def restored(shop, tmp_path):
    """`restored()` makes the database what it was, so that nobody finds what somebody else has left."""
    restorer = Restorer(tmp_path / "shop.db")
    yield restorer.restore
    restorer.close()


def test_everybody_hears_what_the_table_says(shop, restored):
    wrong = []
    for line in routes():
        everybody = [(caller, line.people[caller.name]) for caller in browsers(shop)]
        for caller, may in programs(shop, line.scope):
            everybody.append((caller, "in" if may else ""))
        for caller, expected in everybody:
            answer = ask(shop, line, caller)
            heard = outcome(line, answer)
            if heard not in ([expected] if expected else refusals(line)):
                wrong.append(
                    f"{line}: {caller.name} hears {answer.status_code}, not {expected or 'a refusal'}"
                )
            wrong += [
                f"{line}: {caller.name}: {problem}" for problem in look_at_headers(line, caller, answer)
            ]
            if line.method != "GET":
                restored()

    assert not wrong, "\n".join(wrong)


def test_no_route_is_missing_in_the_table(shop):
    assert unnamed_routes(shop.app, shop.things) == []


def test_nothing_that_writes_is_taken_from_a_page_of_another_site(shop, restored):
    """Signed in, with the cookie and everything but the token that only our own pages know."""
    wrong = []
    urls = shop.app.url_map.bind("localhost")
    for line in routes():
        endpoint, _ = urls.match(fill_in(line.path, shop.things).partition("?")[0], line.method)
        view = shop.app.view_functions[endpoint]
        if line.method == "GET" or any(getattr(view, mark, False) for mark in NEED_NO_TOKEN):
            continue
        for caller in browsers(shop):
            if line.people[caller.name] == "in":
                answer = ask(shop, line, Caller(caller.name, {"Cookie": caller.headers["Cookie"]}))
                if answer.status_code != 400:
                    wrong.append(f"{line}: {caller.name} without the token hears {answer.status_code}")
                restored()

    assert not wrong, "\n".join(wrong)


def test_everybody_hears_their_own_channels_and_no_others(shop):
    lines = [line for line in read_table() if line.method == "LISTEN"]
    assert {line.path.partition(":")[0] for line in lines} == set(CHANNELS)

    wrong = [
        f"{line}: {caller.name} hears {heard}"
        for line in lines
        for caller in [*browsers(shop), *(caller for caller, _ in programs(shop, ""))]
        if (heard := listen(shop, fill_in(line.path, shop.things), caller))
        != line.people.get(caller.name, line.people["guest"])
    ]

    assert not wrong, "\n".join(wrong)


def listen(shop: Furnished, channel: str, caller: Caller) -> str:
    """A private channel takes a token as well, which opens the socket."""
    client = shop.app.test_client(use_cookies=False)
    asked = {"channels": [{"channel": channel}]}
    answer = client.post("/live/recover", json=asked, headers=caller.headers).json["channels"][channel]
    kind = CHANNELS[channel.partition(":")[0]]
    tokens = client.post("/live/tokens", json={"channels": [channel]}, headers=caller.headers).json
    has_token = channel in tokens.get("channels", {})
    assert kind.public or has_token == ("error" not in answer), channel
    return "403" if answer.get("error") == "forbidden" else "in"


def routes():
    return [line for line in read_table() if line.method != "LISTEN"]


def refusals(line):
    """What a program hears that has not the scope, or where there is none: no more than a guest."""
    return (
        {"400", "401", "403", "404", "login"}
        if line.scope
        else {line.people["guest"], "400", "401", "403", "404"}
    )


def look_at_headers(line, caller, answer):
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    # What somebody uploaded may do nothing at all.
    yield from (f"no {part}" for part in POLICY if part not in policy and "; sandbox" not in policy)
    yield from (
        f"{name} is {headers.get(name)}" for name, value in HEADERS.items() if headers.get(name) != value
    )
    if "unsafe" in policy or not headers.get("X-Request-ID"):
        yield "an unsafe policy, or no request id"
    if answer.status_code in (301, 302, 307, 308):
        yield "a redirect that is no 303"
    is_page = answer.mimetype in PAGES and not line.path.startswith(ANYBODYS)
    if caller.is_signed_in and is_page and "no-store" not in headers.get("Cache-Control", ""):
        yield f"may be kept: {headers.get('Cache-Control')}"
    for cookie in headers.getlist("Set-Cookie"):
        missing = {"HttpOnly", "SameSite=Lax"} - set(cookie.split("; "))
        if missing or "Domain=" in cookie:
            yield f"the cookie {cookie.partition('=')[0]} lacks {missing}"
