"""The staff's inbox: what it shows, who may acknowledge, and what is pushed when something changes."""

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.inventory import alert_inbox, alert_queries
from app.security.models import AuditEntry
from tests.factories import make_product, make_user
from tests.inventory.alerting import DAY_MS, age_alerts, all_alerts, move_to
from tests.security.test_login import csrf_of, sign_in

PATH = "/staff/inventory/alerts"


@pytest.fixture
def staff(app, client):
    make_user("staff", email="mira@example.test", name="Mira Lund")
    sign_in(client, "mira@example.test")
    return client


def run_low(sku, left=3, name="Cup"):
    make_product(sku=sku, stock=20, threshold=10, name=name)
    move_to(sku, left)
    return all_alerts(sku)[-1].id


def form(client, **fields):
    page = client.get(PATH).text
    return {
        "csrf_token": csrf_of(client, PATH),
        "key": page.split('name="key" value="')[1].split('"')[0],
        "show": "open",
        "page": "1",
        **fields,
    }


def acknowledge(client, **fields):
    return client.post(f"{PATH}/acknowledge", data=form(client, **fields))


def skus_of(page):
    return [part.split('"')[0] for part in page.split('c-link c-code" href="/staff/inventory/sku/')[1:]]


def test_what_has_run_out_stands_before_what_is_low(staff):
    run_low("LOW")
    run_low("OUT", 0)
    run_low("LATER")

    page = staff.get(PATH).text

    assert skus_of(page) == ["OUT", "LATER", "LOW"]
    assert 'data-alert-count data-channel="alerts"' in page


def test_an_empty_inbox_says_that_nothing_is_running_out(staff):
    assert "Nothing is running out" in staff.get(PATH).text


def test_agents_may_look_and_not_acknowledge(app, client):
    make_user("agent", email="ada@example.test")
    sign_in(client, "ada@example.test")
    number = run_low("CUP")

    page = client.get(PATH)

    assert page.status_code == 200
    assert "Acknowledge ticked" not in page.text
    answer = client.post(f"{PATH}/acknowledge", data={"csrf_token": csrf_of(client, "/"), "alert": number})
    assert answer.status_code == 403
    assert all_alerts()[0].acknowledged_at is None


def test_guests_are_sent_to_the_login(client):
    assert client.get(PATH).status_code == 303


def test_one_is_acknowledged_with_a_name_and_leaves_the_list(staff):
    first, _ = run_low("CUP"), run_low("VASE")

    answer = acknowledge(staff, one=str(first))

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PATH}?show=open&page=1")
    assert skus_of(staff.get(PATH).text) == ["VASE"]
    taken = staff.get(f"{PATH}?show=acknowledged").text
    assert skus_of(taken) == ["CUP"]
    assert "Mira Lund" in taken
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "alert_acknowledged")).one()
    assert (entry.object, entry.actor_role) == (f"alert:{first}", "staff")


def test_all_that_are_ticked_are_acknowledged_and_a_double_click_says_the_same(staff):
    ids = [str(run_low(sku)) for sku in ("CUP", "VASE", "LAMP")]
    fields = form(staff, alert=ids[:2])

    for _ in range(2):
        staff.post(f"{PATH}/acknowledge", data=fields)
        assert "2 alerts acknowledged" in staff.get(PATH).text

    assert alert_queries.count_waiting() == 1


def test_who_comes_second_is_told_and_the_first_stays_named(app, staff):
    number = run_low("CUP")
    fields = form(staff, one=str(number))
    other = app.test_client()
    make_user("admin", email="tom@example.test", name="Tom Reed")
    sign_in(other, "tom@example.test")
    acknowledge(other, one=str(number))

    staff.post(f"{PATH}/acknowledge", data=fields)

    page = staff.get(f"{PATH}?show=acknowledged").text
    assert "somebody was first" in page
    assert "Tom Reed" in page


@pytest.mark.parametrize("fields", [{}, {"alert": "x"}, {"one": "-1"}, {"alert": "9" * 30}])
def test_a_form_without_a_choice_asks_for_one(staff, fields):
    run_low("CUP")

    assert acknowledge(staff, **fields).status_code == 303

    assert "Tick the alerts" in staff.get(PATH).text
    assert alert_queries.count_waiting() == 1


def test_resolved_alerts_are_kept_in_view_for_thirty_days(staff):
    run_low("CUP")
    move_to("CUP", 30)

    assert skus_of(staff.get(f"{PATH}?show=resolved").text) == ["CUP"]
    age_alerts(31 * DAY_MS)

    assert "Nothing was resolved" in staff.get(f"{PATH}?show=resolved").text


def test_long_lists_come_in_pages(staff, monkeypatch):
    monkeypatch.setattr(alert_inbox, "PAGE", 2)
    for sku in ("A", "B", "C"):
        run_low(sku)

    assert "Page 1 of 2" in staff.get(PATH).text
    assert skus_of(staff.get(f"{PATH}?page=2").text) == ["A"]
    assert skus_of(staff.get(f"{PATH}?page=99").text) == ["A"]
    assert skus_of(staff.get(f"{PATH}?page=-1&show=nonsense").text) == ["C", "B"]


def test_the_list_alone_is_fetched_again(staff):
    run_low("CUP")

    page = staff.get(PATH, headers={"HX-Request": "true"}).text

    assert skus_of(page) == ["CUP"]
    assert "<html" not in page


def test_switched_off_the_page_says_so(make_app):
    app = make_app(INVENTORY_ENABLE_ALERTS="false")
    with app.app_context():
        make_user("staff", email="mira@example.test")
        client = app.test_client()
        sign_in(client, "mira@example.test")

        assert "INVENTORY_ENABLE_ALERTS=true" in client.get(PATH).text


def test_opening_acknowledging_and_resolving_are_pushed_with_the_count(staff, published):
    number = run_low("CUP")
    run_low("VASE")
    acknowledge(staff, one=str(number))
    move_to("CUP", 30)

    messages = [message for message in published.seen() if message["channel"] == "alerts"]

    assert [message["event"] for message in messages] == [
        "alert_opened",
        "alert_opened",
        "alert_acknowledged",
        "alert_resolved",
    ]
    assert messages[0]["data"] == {"id": number, "sku": "CUP", "kind": "low", "available": 3}
    counts = [message["content"]["en"] for message in messages]
    assert counts[1] == '<span hx-swap-oob="innerHTML:[data-alert-count]">2</span>'
    assert counts[2].endswith(">1</span>")


def test_the_count_is_nothing_when_nothing_waits(staff):
    assert staff.get(f"{PATH}/count").text.strip().endswith("></span>")
    run_low("CUP")
    assert staff.get(f"{PATH}/count").text.strip().endswith(">1</span>")
