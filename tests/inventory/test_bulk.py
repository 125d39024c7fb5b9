"""One change for many SKUs: chosen, previewed, all or nothing, undone."""

import re

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.inventory import queries
from app.inventory.adjustments import change_stock
from app.inventory.ledger import Change, Origin, apply
from app.inventory.locations import add_location, ensure_level
from app.inventory.models import StockImport
from app.security.models import AuditEntry
from tests.factories import make_product, make_user
from tests.security.test_login import csrf_of, sign_in

SKUS = ["CUP", "VASE", "LAMP"]
RIVAL = Origin("token:till", "Sold")


@pytest.fixture
def mira(any_app, client):
    for sku, stock in zip(SKUS, (12, 3, 0), strict=True):
        make_product(sku=sku, stock=stock, threshold=5)
    make_user("staff", email="mira@example.test", name="Mira Stone")
    sign_in(client, "mira@example.test")
    return client


def send(client, step, form=None, **values):
    fields = {
        "csrf_token": csrf_of(client, "/"),
        "location": "",
        **(form or {"sku": SKUS}),
        "step": step,
        **values,
    }
    return client.post("/staff/inventory/bulk", data=fields)


def fields_of(html):
    """The page's form as a browser would send it again, its list of rows included."""
    main = html.split("<main")[1]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', main)
    shown = [value for name, value in found if name == "shown"]
    return {**{name: value for name, value in found if name != "shown"}, "shown": shown}


def previewed(client, **values):
    return send(client, "preview", fields_of(send(client, "adjust").text), **values)


def on_hand():
    return [queries.get_stock(sku).on_hand for sku in SKUS]


def receive(sku, units):
    with transaction():
        change_stock(sku, "receive", units, RIVAL)


@pytest.mark.parametrize(
    ("operation", "units", "left"),
    [("add", "4", [16, 7, 4]), ("set", "6", [6, 6, 6]), ("set", "0", [0, 0, 0])],
)
def test_what_the_preview_shows_is_done_and_can_be_undone(mira, operation, units, left):
    preview = previewed(mira, operation=operation, units=units, reason="Counted")
    assert [int(after) for after in re.findall(r"<strong>(\d+)</strong>", preview.text)] == left
    assert on_hand() == [12, 3, 0]

    done = send(mira, "confirm", fields_of(preview.text))
    assert (done.status_code, on_hand()) == (303, left)

    page = mira.get(done.headers["Location"]).text
    assert "Counted" in page
    assert "Mira Stone" in page
    mira.post(f"{done.headers['Location']}/undo", data=fields_of(page))
    assert on_hand() == [12, 3, 0]
    assert "This was undone" in mira.get(done.headers["Location"]).text


def test_one_row_that_cannot_be_changed_stops_all_until_it_is_left_out(mira):
    preview = previewed(mira, operation="remove", units="2", reason="Broken").text

    assert "Only 0 are on hand" in preview
    assert 'value="confirm"' not in preview
    assert send(mira, "confirm", fields_of(preview)).status_code == 409
    assert on_hand() == [12, 3, 0]
    rest = send(mira, "leave_out", fields_of(preview)).text
    send(mira, "confirm", fields_of(rest))
    assert on_hand() == [10, 1, 0]


def test_units_that_are_promised_cannot_be_taken_or_set_aside(mira):
    with transaction():
        apply(queries.get_level("VASE").id, "VASE", Change("reserve", reserved=2), RIVAL)

    for operation in ("remove", "damage"):
        assert "Only 1 are free" in previewed(mira, operation=operation, units="2", reason="x").text


def test_damage_sets_aside_and_keeps_on_hand(mira):
    preview = send(mira, "preview", {"sku": ["CUP"]}, operation="damage", units="2", reason="Cracked")
    done = send(mira, "confirm", fields_of(preview.text))

    assert (queries.get_stock("CUP").unavailable, queries.get_stock("CUP").on_hand) == (2, 12)
    mira.post(f"{done.headers['Location']}/undo", data=fields_of(mira.get(done.headers["Location"]).text))
    assert queries.get_stock("CUP").unavailable == 0


def test_a_count_does_not_overwrite_what_came_after_the_preview(mira):
    preview = fields_of(previewed(mira, operation="set", units="6", reason="Counted").text)
    receive("VASE", 5)

    answer = send(mira, "confirm", preview)

    assert answer.status_code == 409
    assert "It was 3 in the preview and is 8 now" in answer.text
    assert on_hand() == [12, 8, 0]
    send(mira, "confirm", fields_of(answer.text))
    assert on_hand() == [6, 6, 6]


def test_an_addition_after_another_one_adds_to_it(mira):
    preview = fields_of(previewed(mira, operation="add", units="4", reason="Van").text)
    receive("VASE", 5)

    send(mira, "confirm", preview)

    assert on_hand() == [16, 12, 4]


def test_a_confirmation_sent_twice_counts_once(mira):
    preview = fields_of(previewed(mira, operation="add", units="4", reason="Van").text)

    answers = [send(mira, "confirm", preview) for _ in range(2)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert on_hand() == [16, 7, 4]


def test_an_undo_is_all_or_nothing_too(mira):
    done = send(mira, "confirm", fields_of(previewed(mira, operation="add", units="4", reason="Van").text))
    with transaction():
        change_stock("LAMP", "sale", 2, RIVAL)

    page = mira.get(done.headers["Location"]).text
    answer = mira.post(f"{done.headers['Location']}/undo", data=fields_of(page))

    assert (answer.status_code, "LAMP" in answer.text) == (409, True)
    assert on_hand() == [16, 7, 2]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"operation": "add", "units": "0", "reason": "x"}, "between 1 and"),
        ({"operation": "set", "units": "-1", "reason": "x"}, "between 0 and"),
        ({"operation": "add", "units": "five", "reason": "x"}, "whole number"),
        ({"operation": "add", "units": "5", "reason": " "}, "Say why"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(mira, values, said):
    answer = previewed(mira, **values)

    assert (answer.status_code, said in answer.text) == (422, True)


def test_thresholds_are_set_and_given_back_to_the_category(mira):
    for units, threshold in [("9", 9), ("", 10)]:
        preview = send(mira, "preview", operation="threshold", units=units, reason="")
        assert send(mira, "confirm", fields_of(preview.text)).status_code == 303
        assert [queries.get_stock(sku).threshold for sku in SKUS] == [threshold] * 3
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "threshold_set")) == 6


def test_a_threshold_is_the_skus_whatever_location_is_in_view(mira):
    with transaction():
        add_location("kiln", "Kiln room", actor="test", role="admin")
        ensure_level("CUP", "kiln")

    preview = send(mira, "preview", {"sku": ["CUP"]}, operation="threshold", units="3", location="kiln")

    assert re.findall(r"c-table__figure[^>]*>(?:<strong>)?(\d+)", preview.text) == ["5", "3"]
    assert send(mira, "confirm", fields_of(preview.text)).status_code == 303
    assert queries.get_stock("CUP").threshold == 3


def test_all_that_match_the_list_can_be_chosen_without_ticking(mira):
    page = send(mira, "adjust", {"all": "1", "state": "low", "q": ""}).text

    assert "Adjust stock of 1 SKU" in page
    assert "VASE:3" in page


def test_more_than_fit_into_a_transaction_become_an_import(mira, monkeypatch):
    monkeypatch.setattr("app.inventory.views.bulk.MOST_AT_ONCE", 2)
    page = send(mira, "adjust", {"all": "1", "state": "all", "q": ""})
    assert "go through an import" in page.text

    answer = send(mira, "preview", fields_of(page.text), operation="add", units="4", reason="Van")

    assert answer.headers["Location"].startswith("/staff/inventory/import/")
    file = db.session.scalars(sa.select(StockImport)).one()
    assert (file.changes, file.wrong, file.reason) == (3, 0, "Van")


def test_nothing_ticked_leads_back_to_the_list(mira):
    assert send(mira, "adjust", {"sku": []}).headers["Location"] == "/staff/inventory"
    assert mira.get("/staff/inventory/bulk").headers["Location"] == "/staff/inventory"


def test_an_agent_may_not(mira, app):
    make_user("agent", email="ann@example.test")
    ann = app.test_client()
    sign_in(ann, "ann@example.test")

    assert send(ann, "adjust").status_code == 403
