"""The page of all holds, and the one that asks before any is released."""

import pytest

from app.core.database import run_transaction
from app.inventory import open_holds, queries
from app.inventory.reservations import Party
from tests.factories import make_product
from tests.inventory.holding import ADA, JUN, age, figures, release, reserve
from tests.inventory.stock_pages import client_of, fields_of, send, words

HOLDS = "/staff/inventory/holds"


@pytest.fixture
def staff(app):
    make_product(sku="CUP", name="Cup", stock=20)
    return client_of(app, "staff")


def test_without_holds_the_page_says_when_one_appears(staff):
    assert "Nobody holds anything" in staff.get(HOLDS).text
    assert "No hold matches" in staff.get(f"{HOLDS}?owner=zzz").text


def test_the_page_lists_holds_and_marks_those_past_their_time(staff):
    reserve(ADA, CUP=2)
    age(reserve(JUN, CUP=1), 7200)

    page = words(staff.get(HOLDS).text)

    assert page.index("Program jun") < page.index("Program ada")
    assert "Past its time" in page
    assert "CUP × 2" in page


def test_the_list_alone_is_served_to_live_pages(staff):
    part = staff.get(HOLDS, headers={"HX-Request": "true"}).text

    assert part.lstrip().startswith("<div")
    assert 'name="owner"' not in part


def test_one_is_released_after_a_reason_and_the_way_leads_back(staff):
    held = reserve(ADA, CUP=2)
    ask = f"{HOLDS}/{held.id}?next=/staff/inventory/sku/CUP"

    nothing = send(staff, ask, f"{HOLDS}/release", hold=held.id, reason="", next="/staff/inventory/sku/CUP")
    done = send(
        staff, ask, f"{HOLDS}/release", hold=held.id, reason="abandoned", next="/staff/inventory/sku/CUP"
    )

    assert (nothing.status_code, "Say why" in nothing.text) == (422, True)
    assert (done.status_code, done.headers["Location"]) == (303, "/staff/inventory/sku/CUP")
    newest = queries.list_movements("CUP")[0]
    assert (newest.kind, newest.reason, newest.d_reserved) == ("release", "abandoned", -2)
    assert newest.actor.startswith("user:")


def test_a_double_click_releases_once(staff):
    held = reserve(ADA, CUP=2)
    fields = fields_of(staff.get(f"{HOLDS}/{held.id}").text, hold=held.id, reason="abandoned")

    answers = [staff.post(f"{HOLDS}/release", data=fields) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert figures("CUP") == (20, 0, 20)


def test_ticked_ones_are_released_together_and_those_that_ended_are_told(staff):
    holds = [reserve(Party(f"ext:{name}"), CUP=1) for name in "abc"]
    ask = f"{HOLDS}/release?" + "&".join(f"hold={held.id}" for held in holds)
    page = staff.get(ask).text
    release(holds[2])

    staff.post(
        f"{HOLDS}/release",
        data=fields_of(page, hold=[held.id for held in holds], reason="the stall is closed"),
    )

    assert "2 holds are released. 1 had ended before" in staff.get(HOLDS).text
    assert figures("CUP") == (20, 0, 20)


def test_nothing_ticked_is_a_hint_and_an_ended_hold_has_no_button(staff):
    held = reserve(ADA, CUP=2)
    release(held)

    assert staff.get(f"{HOLDS}/release?hold={held.id}").status_code == 303
    page = staff.get(f"{HOLDS}/{held.id}").text
    assert "nothing to release here" in page
    assert f"{HOLDS}/release" not in page
    assert staff.get(f"{HOLDS}/nope").status_code == 404


def test_the_way_back_never_leaves_the_staff_pages(staff):
    held = reserve(ADA, CUP=2)

    done = send(staff, f"{HOLDS}/{held.id}", f"{HOLDS}/release", hold=held.id, reason="x", next="//evil.test")

    assert done.headers["Location"] == HOLDS


def test_agents_look_but_release_nothing(app, staff):
    agent = client_of(app, "agent")
    held = reserve(ADA, CUP=2)

    page = agent.get(HOLDS).text

    assert "Program ada" in page
    assert "Release" not in page
    assert agent.get(f"{HOLDS}/{held.id}").status_code == 200
    assert agent.get(f"{HOLDS}/release?hold={held.id}").status_code == 403
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    data = {"csrf_token": token, "key": "k", "hold": held.id, "reason": "x"}
    assert agent.post(f"{HOLDS}/release", data=data).status_code == 403
    assert client_of(app, "shopper").get(HOLDS).status_code == 403


def test_pages_follow_each_other(staff, monkeypatch):
    monkeypatch.setattr(open_holds, "PAGE", 2)
    for name in "abc":
        reserve(Party(f"ext:{name}"), CUP=1)

    first = staff.get(HOLDS).text
    second = staff.get(next_link(first)).text

    assert (first.count('id="row-'), second.count('id="row-')) == (2, 1)
    assert run_transaction(lambda: open_holds.list_holds(after="junk-x")).total == 3


def next_link(page):
    return next(
        part.split('"')[0] for part in page.split('href="') if "after=" in part.split('"')[0]
    ).replace("&amp;", "&")
