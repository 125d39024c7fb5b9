"""The SKU's page: who may do what, what it says, and that nothing typed is lost."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.database import db, run_transaction, transaction
from app.inventory import locations, open_holds, queries, sku_settings
from app.inventory.adjustments import change_stock
from app.inventory.reservations import Party
from app.security.models import AuditEntry
from tests.factories import SHELF, add_variant, make_product
from tests.inventory.holding import ADA, BY_TEST, age, figures, reserve
from tests.inventory.stock_pages import client_of, send, words
from tests.inventory.waiting_list import wait_for_it

PAGE = "/staff/inventory/sku/CUP"
CHANGE = {"operation": "receive", "quantity": "5", "reason": "van"}


@pytest.fixture
def cup(app):
    make_product(sku="CUP", name="Cup", stock=10, threshold=None)


@pytest.fixture
def staff(app, cup):
    return client_of(app, "staff")


def add_loft():
    with transaction():
        locations.add_location("loft", "The loft", actor="test", role="staff")


def test_agents_look_and_shoppers_do_not(app, cup):
    agent, shopper = client_of(app, "agent"), client_of(app, "shopper")
    reserve(ADA, CUP=2)

    page = agent.get(PAGE)

    assert (page.status_code, shopper.get(PAGE).status_code) == (200, 403)
    assert "your account may look" in page.text
    assert "Save the change" not in page.text
    assert ">Release<" not in page.text
    assert app.test_client().get(PAGE).status_code == 303


@pytest.mark.parametrize("path", ["", "/settings", "/transfer"])
def test_agents_change_nothing(app, cup, path):
    agent = client_of(app, "agent")
    token = agent.get("/").text.split('name="csrf_token" value="')[1].split('"')[0]

    answer = agent.post(PAGE + path, data={"csrf_token": token, "key": "k", **CHANGE})

    assert (answer.status_code, figures("CUP")) == (403, (10, 0, 10))


def test_an_unknown_sku_is_not_there(staff):
    assert staff.get("/staff/inventory/sku/NOPE").status_code == 404


def test_the_page_says_what_there_is_who_holds_it_and_why(staff):
    reserve(ADA, CUP=3)

    page = words(staff.get(PAGE).text)

    assert "On hand 10 Reserved 3 Unavailable 0 Available 7" in page
    assert "Program ada" in page
    assert "min left" in page
    assert "Why is it 10?" in page
    assert "Opening stock" in page
    assert "on hand 0 → to 10" in page


def test_the_parts_that_follow_stock_are_served_alone(staff):
    part = staff.get(PAGE, headers={"HX-Request": "true"})

    assert part.text.lstrip().startswith("<section")
    assert 'name="reason"' not in part.text
    assert "HX-Request" in part.headers["Vary"]
    for region in ("figures", "holds", "chart", "timeline"):
        assert f'id="sku-{region}"' in part.text


def test_units_are_set_aside_and_put_back(staff):
    send(staff, PAGE, operation="damage", quantity="3", reason="chipped")
    send(staff, PAGE, operation="undamage", quantity="2", reason="only dust")

    stock = queries.get_stock("CUP")
    assert (stock.on_hand, stock.unavailable) == (10, 1)


def test_what_was_typed_stays_when_it_is_refused(staff):
    answer = send(staff, PAGE, operation="remove", quantity="11", reason="gone for lunch")

    assert answer.status_code == 409
    assert "10 available" in answer.text
    assert 'value="gone for lunch"' in answer.text
    assert '<option value="remove" selected>' in answer.text


def test_a_count_of_stock_that_changed_meanwhile_is_refused_with_a_fresh_version(staff):
    page = staff.get(PAGE).text
    version = page.split('name="version" value="')[1].split('"')[0]
    run_transaction(lambda: change_stock("CUP", "sale", 1, BY_TEST))

    stale = send(staff, PAGE, operation="set", quantity="10", reason="counted", version=version)

    assert stale.status_code == 412
    assert f'name="version" value="{queries.get_stock("CUP").version}"' in stale.text


def test_stock_is_received_at_another_location_and_moved_back(staff):
    add_loft()

    send(staff, PAGE, operation="receive", quantity="4", reason="van", location="loft")
    moved = send(staff, PAGE, f"{PAGE}/transfer", source="loft", target=SHELF, units="1", why="shop is empty")

    assert moved.status_code == 303
    assert {level.code: level.on_hand for level in locations.list_levels("CUP")} == {SHELF: 11, "loft": 3}
    assert "The loft" in words(staff.get(PAGE).text)


def test_a_transfer_that_cannot_be_says_why_and_keeps_what_was_typed(staff):
    add_loft()

    answer = send(staff, PAGE, f"{PAGE}/transfer", source=SHELF, target="loft", units="99", why="tidy up")

    assert answer.status_code == 409
    assert "10 available" in answer.text
    assert 'value="tidy up"' in answer.text


def test_settings_change_the_badge_and_the_audit_knows(staff):
    day = clock.now().date() + timedelta(days=9)
    run_transaction(lambda: change_stock("CUP", "remove", 10, BY_TEST))

    saved = send(
        staff, PAGE, f"{PAGE}/settings", low_threshold="3", expected_on=day.isoformat(), backorder_limit=""
    )

    stock = queries.get_stock("CUP")
    assert saved.status_code == 303
    assert (stock.threshold, stock.expected_on, stock.state) == (3, day, "back")
    actions = db.session.scalars(sa.select(AuditEntry.action)).all()
    assert {"threshold_set", "stock_settings_changed"} <= set(actions)


def test_an_empty_threshold_follows_the_category_and_the_page_says_so(staff):
    settings = sku_settings.read_settings("CUP")

    assert settings.low_threshold is None
    assert f"Empty: {settings.usual_low}, as for the whole shop" in words(staff.get(PAGE).text)


@pytest.mark.parametrize(
    ("typed", "words_of_refusal"),
    [
        ({"low_threshold": "-1"}, "between 0 and"),
        ({"low_threshold": "x"}, "Not a valid integer"),
        ({"expected_on": "2020-01-01"}, "Choose a day to come"),
        ({"backorder_limit": "9999999"}, "between 0 and"),
    ],
)
def test_settings_that_make_no_sense_are_refused(staff, typed, words_of_refusal):
    answer = send(staff, PAGE, f"{PAGE}/settings", **typed)

    assert answer.status_code == 422
    assert words_of_refusal in answer.text


def test_a_backorder_limit_may_not_fall_below_what_is_promised(staff):
    send(staff, PAGE, f"{PAGE}/settings", backorder_limit="5")
    reserve(ADA, CUP=13)

    answer = send(staff, PAGE, f"{PAGE}/settings", backorder_limit="2")

    assert answer.status_code == 409
    assert "promised already" in answer.text


def test_the_timeline_is_filtered_and_paged(staff):
    for _ in range(26):
        run_transaction(lambda: change_stock("CUP", "add", 1, BY_TEST))
    run_transaction(lambda: change_stock("CUP", "receive", 2, BY_TEST))

    first = staff.get(f"{PAGE}?show=corrections").text
    older = first.split("before=")[1].split("#")[0]
    second = staff.get(f"{PAGE}?show=corrections&before={older}").text

    assert (first.count('id="movement-'), second.count('id="movement-')) == (25, 1)
    assert "Received" not in words(first).split("Why is it")[1].split("Holds Corrections")[1]
    assert staff.get(f"{PAGE}?show=nonsense&before=-3").status_code == 200


def test_more_holds_than_fit_on_a_page_are_on_the_next_one(staff, monkeypatch):
    monkeypatch.setattr(open_holds, "PAGE_OF_SKU", 2)
    for number, name in enumerate(("a", "b", "c")):
        age(reserve(Party(f"ext:{name}"), CUP=1), 30 - number)

    first, second = staff.get(PAGE).text, staff.get(f"{PAGE}?holds=2").text

    assert ("Program c" in first, "Program b" in first, "Program a" in first) == (True, True, False)
    assert "Page 1 of 2, 3 open holds" in first
    assert f'href="{PAGE}?holds=2#sku-holds"' in first
    assert ("Program a" in second, "Program b" in second) == (True, False)
    assert staff.get(f"{PAGE}?holds=99").text.count("Program") == second.count("Program")


def test_the_page_says_how_many_wait_for_it(staff):
    assert "for it to be back" not in staff.get(PAGE).text
    run_transaction(lambda: change_stock("CUP", "remove", 10, BY_TEST))
    wait_for_it("CUP", "ada@example.test", "jun@example.test")

    assert "2 people wait for it to be back" in words(staff.get(PAGE).text)


@pytest.mark.parametrize(
    ("zone", "at", "state"),
    [
        ("America/New_York", "2026-03-10T03:30:00+00:00", "back"),  # the evening of the 9th
        ("Europe/Berlin", "2026-03-09T23:30:00+00:00", "out"),  # past midnight
    ],
)
def test_a_promised_day_ends_at_the_shops_own_midnight(make_app, monkeypatch, zone, at, state):
    moment = datetime.fromisoformat(at)
    with make_app(SHOP_TIMEZONE=zone).app_context():
        product = make_product(sku="VASE", stock=0)
        add_variant(product, "CUP", glaze="Ash", stock=0, back_on=date(2026, 3, 9))
        monkeypatch.setattr(clock, "now", lambda: moment)
        monkeypatch.setattr(clock, "now_ms", lambda: int(moment.timestamp() * 1000))

        assert queries.get_stock("CUP").state == state
        assert sku_settings.is_past(date(2026, 3, 9)) == (state == "out")
