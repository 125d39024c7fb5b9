"""/staff/security: admins see who is kept out and why, and let them in."""

import re

import pytest

from app.security.threats import records
from tests.factories import make_user
from tests.security.test_login import sign_in
from tests.security.threats.clients import ATTACKER, client_from, probe
from tests.security.threats.test_records import actions, events

PAGES = ("", "/events", "/allowed", "/rules")


@pytest.fixture
def admin(app):
    make_user("admin", email="mira@example.test")
    client = app.test_client()
    sign_in(client, "mira@example.test")
    return client


@pytest.fixture
def attacker(app):
    """Kept out, and written down."""
    client = client_from(app)
    probe(client)
    records.write_down()
    return client


def send(client, page, path, **fields):
    """The form of the page, as a browser sends it."""
    text = client.get(page).text
    form = text.split(f'action="{path}"')[1]
    hidden = {name: re.search(rf'name="{name}" value="([^"]+)"', form)[1] for name in ("csrf_token", "key")}
    return client.post(path, data={**hidden, **fields})


@pytest.mark.parametrize("role", ["shopper", "agent", "staff"])
def test_only_admins_see_it(app, role):
    make_user(role, email="tomas@example.test")
    client = app.test_client()
    assert client.get("/staff/security").status_code == 303
    sign_in(client, "tomas@example.test")

    assert [client.get(f"/staff/security{page}").status_code for page in PAGES] == [403] * 4


def test_without_an_attack_every_page_says_so(admin):
    texts = [admin.get(f"/staff/security{page}").text for page in PAGES]

    assert "Nobody is kept out" in texts[0]
    assert "Nothing has happened yet" in texts[1]
    assert "Nobody is let in beyond the settings" in texts[2]
    assert "600 per minute" in texts[3]
    assert "asks its dependencies once a second" in texts[3]


def test_who_is_kept_out_is_shown_with_what_led_to_it(admin, attacker):
    page = admin.get("/staff/security")
    part = admin.get("/staff/security", headers={"HX-Request": "true"})
    event = admin.get(f"/staff/security/events/{events()[0].public_id}")

    assert ATTACKER in page.text and "Asked for a page that only scanners look for" in page.text
    assert part.text.startswith('<div class="l-stack" id="stopped">') and ATTACKER in part.text
    assert "GET /.git/config1" in event.text and "100 points" in event.text
    assert page.headers["Cache-Control"] == "no-store"


def test_what_an_attacker_sends_is_shown_as_text(admin, app):
    hostile = client_from(app)
    for number in range(5):
        hostile.get("/search", query_string={"q": f"<script>alert({number})</script>\r\nX-Evil: 1"})
    records.write_down()

    text = admin.get(f"/staff/security/events/{events()[0].public_id}").text

    assert "<script>alert" not in text
    assert "%3Cscript%3Ealert" in text


@pytest.mark.parametrize("text", [ATTACKER, "203.0.113.", "ada@example.test", "ADA@example.test"])
def test_events_are_found_by_address_and_by_account(admin, app, attacker, text):
    user = make_user("shopper", email="ada@example.test")
    shopper = client_from(app, "203.0.113.80")
    sign_in(shopper, "ada@example.test")
    probe(shopper)
    records.write_down()

    found = admin.get("/staff/security/events", query_string={"q": text}).text

    expected = "ada@example.test" if "@" in text else ATTACKER
    assert f">{expected}</a>" in found
    assert (ATTACKER in found.split("<table")[1]) is ("@" not in text)
    assert "No event matches" in admin.get("/staff/security/events?q=198.51.100.1").text
    assert user.public_id not in found


@pytest.mark.parametrize(
    "text",
    ["%", "_", "'", "\x00", "x" * 500, "203.0.113.7/24", "::1"],
    ids=lambda text: f"{len(text)}{text[0]!r}",
)
def test_no_search_breaks_the_page(admin, attacker, text):
    answer = admin.get("/staff/security/events", query_string={"q": text, "before": "9" * 40})

    assert answer.status_code in (200, 400)


def test_an_admin_lets_a_client_in_once_with_a_reason(admin, attacker):
    page = f"/staff/security/events/{events()[0].public_id}"

    without = send(admin, page, f"{page}/lift", note="")
    lifted = send(admin, page, f"{page}/lift", note="Our own scanner")

    assert (without.status_code, "Say why" in without.text) == (422, True)
    assert (lifted.status_code, lifted.headers["Location"]) == (303, page)
    assert attacker.get("/").status_code == 200
    assert "Our own scanner" in admin.get(page).text
    assert actions()[-1] == "block_lifted"


def test_what_has_ended_meanwhile_is_said_and_nothing_is_done(admin, attacker):
    page = f"/staff/security/events/{events()[0].public_id}"
    form = admin.get(page).text
    send(admin, page, f"{page}/lift", note="First")
    token, key = (re.search(rf'name="{name}" value="([^"]+)"', form)[1] for name in ("csrf_token", "key"))

    late = admin.post(f"{page}/lift", data={"csrf_token": token, "key": key + "a", "note": "Second"})

    assert late.status_code == 404
    assert events()[0].note == "First"


@pytest.mark.parametrize(
    ("network", "problem"),
    [
        ("nobody", "Give an address such as"),
        ("0.0.0.0/0", "At most a /16"),
        ("::/0", "At most a /32"),
        ("", "Give an address"),
    ],
)
def test_a_network_that_cannot_be_let_in_is_refused_with_the_reason(admin, network, problem):
    page = "/staff/security/allowed"

    answer = send(admin, page, page, network=network, note="Office", hours="24")

    assert answer.status_code == 422
    assert problem in answer.text


def test_an_office_is_let_in_for_a_while_and_counts_again_when_that_is_ended(admin, app, attacker):
    page = "/staff/security/allowed"

    added = send(admin, page, page, network="203.0.113.9/24", note="The office", hours="168")

    assert added.status_code == 303
    text = admin.get(page).text
    assert "203.0.113.0/24" in text and "The office" in text and "168 h left" in text
    assert attacker.get("/").status_code == 200

    (path,) = re.findall(r'action="(/staff/security/allowed/\w+/end)"', text)
    assert send(admin, page, path).status_code == 303
    assert "Nobody is let in beyond the settings" in admin.get(page).text
    assert actions()[-2:] == ["network_allowed", "network_no_longer_allowed"]
