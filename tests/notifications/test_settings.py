"""The page of the settings, with and without a script, and the link in a mail that ends mails of its kind."""

import re
from urllib.parse import urlsplit

import pytest

from app.core.database import read_now
from app.notifications import categories
from app.notifications.choices import preferences, quiet, unsubscribe
from app.notifications.choices.quiet import Quiet
from app.notifications.inbox import inbox
from tests.factories import PASSWORD, make_user
from tests.notifications.telling import PARCELS, register, tell

SETTINGS = "/notifications/settings"
HTMX = {"HX-Request": "true"}
EVERYTHING = frozenset({"page", "push", "email"})


@pytest.fixture
def mine(app, client):
    """The subject of the client, a shopper with an account."""
    register(app, kind="interest", mail="fallback", defaults=EVERYTHING)
    user = make_user(email="ada@example.test", role="shopper")
    fields = {"email": user.email, "password": PASSWORD, "csrf_token": token(client, "/login")}
    assert client.post("/login", data=fields).status_code == 303
    return f"user:{user.public_id}"


def token(client, path=SETTINGS):
    return re.search(
        r'csrf-token" content="([^"]+)|csrf_token" value="([^"]+)', client.get(path).text
    ).expand(r"\1\2")


def send(client, part, headers=None, **fields):
    fields["csrf_token"] = token(client)
    return client.post(f"{SETTINGS}/{part}", data=fields, headers=headers or {})


def chosen(subject):
    return preferences.stored_of(subject).get("parcels", {})


def test_the_table_shows_what_holds(client, mine):
    page = client.get(SETTINGS).text

    assert "Where your parcels are." in page
    for channel in EVERYTHING:
        assert re.search(rf'value="parcels:{channel}" checked', page)


def test_guests_have_no_mails_to_choose_and_nobody_what_is_for_staff(app):
    register(app, kind="interest", mail="fallback", defaults=EVERYTHING)
    register(app, name="low", title="For staff alone", roles=("staff",), words=())
    page = app.test_client().get(SETTINGS).text

    assert "By mail" not in page
    assert "For staff alone" not in page


def test_without_web_push_or_mails_there_is_nothing_of_them_to_choose(make_app):
    app = make_app(PUSH_ENABLE_WEB_PUSH="false", PUSH_ENABLE_EMAIL_FALLBACK="false")
    with app.app_context():
        register(app, mail="fallback")
        page = app.test_client().get(SETTINGS).text

    assert "In the shop" in page
    assert "On your devices" not in page
    assert "By mail" not in page


def test_a_click_saves_its_own_box_alone(client, mine):
    answer = send(client, "choices", HTMX, cell="parcels:push", chosen=["parcels:page"])

    assert "Saved." in answer.text
    assert "<form" not in answer.text
    assert chosen(mine) == {"push": False}
    send(client, "choices", HTMX, cell="parcels:push", chosen=["parcels:push"])
    assert chosen(mine) == {"push": True}


def test_a_form_saves_what_was_changed_in_it_and_nothing_else(client, mine):
    unsubscribe.end_mails(mine, "parcels")  # in another tab, since this page was opened
    preferences.db.session.commit()
    was = ["parcels:page", "parcels:push", "parcels:email"]

    answer = send(client, "choices", shown=was, chosen=["parcels:page", "parcels:email"])

    assert (answer.status_code, answer.location) == (303, SETTINGS)
    assert chosen(mine) == {"push": False, "email": False}


def test_what_is_fixed_unknown_or_for_others_stays(app, client, mine):
    register(app, kind="transactional")
    register(app, name="low", roles=("staff",), words=())

    for cell in ("parcels:page", "low:push", "nonsense:push", "parcels:smoke", "x"):
        assert send(client, "choices", HTMX, cell=cell).status_code == 200

    assert preferences.stored_of(mine) == {}


def test_quiet_hours_are_saved_and_shown(client, mine):
    answer = send(client, "hours", quietStart="22:30", quietEnd="07:00", zone="Europe/Berlin")

    assert (answer.status_code, answer.location) == (303, SETTINGS)
    assert quiet.read_quiet(mine) == Quiet(1350, 420, "Europe/Berlin")
    assert 'value="22:30"' in client.get(SETTINGS).text
    send(client, "hours", off="1")
    assert quiet.read_quiet(mine).start is None


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_hours_that_cannot_be_are_shown_again_with_the_reason(client, mine, headers):
    answer = send(client, "hours", headers, quietStart="22:30", quietEnd="", zone="Europe/Berlin")
    assert answer.status_code == 422
    assert "Both times, or none" in answer.text
    assert 'value="22:30"' in answer.text
    assert "data-zone-unknown" not in answer.text, "the zone is what was typed"
    assert "A time such as 22:00" in send(client, "hours", headers, quietStart="late", quietEnd="7").text
    wrong = send(client, "hours", headers, quietStart="1:00", quietEnd="2:00", zone="Nowhere")
    assert "A time zone such as" in wrong.text
    assert ("<html" in answer.text) == (not headers)
    assert quiet.read_quiet(mine) == Quiet()


@pytest.mark.parametrize(("choice", "hours"), [("1h", (1, 1)), ("tomorrow", (8, 33)), ("7d", (168, 168))])
def test_a_pause_is_begun_and_ended(client, mine, choice, hours):
    answer = send(client, "pause", HTMX, pause=choice)
    left = (quiet.read_quiet(mine).paused_until - read_now()) / 3_600_000

    assert hours[0] - 0.1 < left <= hours[1]
    assert "Paused until" in answer.text
    assert "Paused.</p>" in answer.text
    send(client, "pause", pause="off")
    assert quiet.read_quiet(mine).paused_until is None
    assert "Paused until" not in client.get(SETTINGS).text


def test_until_tomorrow_is_until_its_morning(app):
    at = 1_780_000_000_000  # 28 May 2026, 20:26 UTC

    assert quiet.end_of_pause("tomorrow", "UTC", at) == 1_780_041_600_000
    assert quiet.end_of_pause("tomorrow", "Asia/Tokyo", at) == 1_780_095_600_000


def test_what_a_guest_chose_is_the_accounts_after_a_login(app, client):
    register(app, kind="interest")
    client.get("/")
    with client.session_transaction() as session:
        guest = f"visitor:{session['visitor']}"
    send(client, "choices", HTMX, cell="parcels:push")
    send(client, "hours", quietStart="22:30", quietEnd="07:00", zone="Europe/Berlin")
    tell(guest)
    user = make_user(email="ada@example.test")

    fields = {"email": user.email, "password": PASSWORD, "csrf_token": token(client, "/login")}
    client.post("/login", data=fields)

    owner = f"user:{user.public_id}"
    assert chosen(owner) == {"push": False}
    assert quiet.read_quiet(owner) == Quiet(1350, 420, "Europe/Berlin")
    assert inbox.count_unread(owner) == 1
    assert '<span class="c-count">1</span>' in client.get("/").text


def test_a_pause_promises_what_it_keeps(app, client):
    assert (
        "except what cannot wait, such as a change to your order. The rest waits" in client.get(SETTINGS).text
    )


def test_a_pause_that_is_none_is_refused(client, mine):
    assert send(client, "pause", pause="ever").status_code == 422
    assert quiet.read_quiet(mine) == Quiet()


def test_the_link_in_a_mail_asks_first_and_then_ends_mails_of_its_kind(app, client, mine):
    link = urlsplit(unsubscribe.write_link(mine, "parcels"))
    assert link.netloc == urlsplit(app.config["SETTINGS"].PUBLIC_URL).netloc

    assert "No more mails about “Parcels”?" in client.get(link.path).text
    assert chosen(mine) == {}
    answer = client.post(link.path)

    assert answer.status_code == 303
    assert "no more mails about “Parcels”" in client.get(answer.location).text
    assert chosen(mine) == {"email": False}


def test_a_mail_program_ends_them_without_cookie_or_token(app, mine):
    path = urlsplit(unsubscribe.write_link(mine, "parcels")).path
    program = app.test_client(use_cookies=False)

    for _ in range(2):
        assert program.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200

    assert chosen(mine) == {"email": False}


@pytest.mark.parametrize(
    "change", [lambda token: token[:-1], lambda token: "x" + token, lambda _: "x", lambda _: "é.é"]
)
def test_a_link_that_is_not_ours_ends_nothing(app, client, mine, change):
    path = urlsplit(unsubscribe.write_link(mine, "parcels")).path
    bad = f"{unsubscribe.PATH}/{change(path.rsplit('/', 1)[1])}"

    assert client.get(bad).status_code == 404
    assert client.post(bad).status_code == 404
    assert chosen(mine) == {}


def test_a_link_about_something_that_is_gone_says_so(app, client, mine):
    path = urlsplit(unsubscribe.write_link(mine, "gone")).path

    assert (client.get(path).status_code, client.post(path).status_code) == (404, 404)
    assert categories.get_category("parcels").title == PARCELS.title
