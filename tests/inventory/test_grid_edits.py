"""A figure of the stock list that is changed in its row, and taken back."""

import re

import pytest

from app.core.database import run_transaction, transaction
from app.inventory import queries
from app.inventory import undo as undoing
from app.inventory.errors import PartOfImport
from app.inventory.ledger import Change, Origin, apply
from tests.factories import make_user
from tests.inventory.stock_list import RIVAL, change, enter_mira, opened, save
from tests.security.test_login import csrf_of, sign_in


@pytest.fixture
def mira(any_app, client):
    return enter_mira(client)


@pytest.mark.parametrize(
    ("typed", "left"), [("43", 43), ("+5", 17), ("-3", 9), ("−3", 9), (" 1,200 ", 1200), ("0", 0)]
)
def test_a_number_sets_and_a_sign_changes(mira, typed, left):
    answer = save(mira, "CUP", opened(mira, "CUP"), units=typed, reason="counted")

    assert answer.status_code == 200
    assert queries.get_stock("CUP").on_hand == left
    assert f"12 → {left} on hand" in answer.text
    assert 'id="last-reason" name="reason" value="counted"' in answer.text


@pytest.mark.parametrize(
    ("values", "status", "said"),
    [
        ({"units": "many", "reason": "x"}, 422, "Type a whole number to set it"),
        ({"units": "", "reason": "x"}, 422, "Type a number"),
        ({"units": "+0", "reason": "x"}, 422, "changes nothing"),
        ({"units": "9999999", "reason": "x"}, 422, "At most 1,000,000"),
        ({"units": "5", "reason": "  "}, 422, "Say why"),
        ({"units": "-13", "reason": "x"}, 409, "Only 12 are on hand"),
    ],
)
def test_what_is_wrong_is_said_at_the_cell_and_what_was_typed_stays(mira, values, status, said):
    answer = save(mira, "CUP", opened(mira, "CUP"), **values)

    assert (answer.status_code, said in answer.text) == (status, True)
    assert f'name="units" value="{values["units"]}"' in answer.text
    assert queries.get_stock("CUP").on_hand == 12


def test_what_is_promised_must_stay_on_hand(mira):
    with transaction():
        apply(queries.get_level("CUP").id, "CUP", Change("reserve", reserved=4), RIVAL)

    answer = save(mira, "CUP", opened(mira, "CUP"), units="2", reason="counted")

    assert answer.status_code == 409
    assert "4 are reserved and 0 unavailable, so at least 4 must stay" in answer.text


def test_a_count_that_another_has_made_meanwhile_is_shown_and_not_overwritten(mira):
    form = opened(mira, "CUP")
    change("CUP", "set", 41)

    conflict = save(mira, "CUP", form, units="43", reason="counted")

    assert conflict.status_code == 412
    assert queries.get_stock("CUP").on_hand == 41
    text = re.sub(r"<[^>]+>", "", conflict.text)
    assert "Program till set it to 41 while you were typing. Keep 41 or set 43?" in text
    again = dict(re.findall(r'name="(\w+)" value="([^"]*)"', conflict.text)) | {
        "csrf_token": form["csrf_token"]
    }
    assert (again["units"], again["reason"]) == ("43", "counted")
    save(mira, "CUP", again)
    assert queries.get_stock("CUP").on_hand == 43


def test_a_hold_that_comes_meanwhile_is_no_conflict(mira):
    form = opened(mira, "CUP")
    with transaction():
        apply(queries.get_level("CUP").id, "CUP", Change("reserve", reserved=1), RIVAL)

    assert save(mira, "CUP", form, units="11", reason="counted").status_code == 200


def test_a_change_by_a_difference_never_conflicts(mira):
    form = opened(mira, "CUP")
    change("CUP", "set", 41)

    assert save(mira, "CUP", form, units="+2", reason="van").status_code == 200
    assert queries.get_stock("CUP").on_hand == 43


def test_the_same_save_sent_twice_counts_once(mira):
    form = opened(mira, "CUP")

    answers = [save(mira, "CUP", form, units="+5", reason="van") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert queries.get_stock("CUP").on_hand == 17


def undo_form(html):
    toast = html.split("data-toast")[1]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', toast.split("</form>")[0]))


def test_a_save_can_be_undone_once(mira):
    form = opened(mira, "CUP")
    undo = undo_form(save(mira, "CUP", form, units="43", reason="counted").text) | {
        "csrf_token": form["csrf_token"]
    }

    done = mira.post("/staff/inventory/sku/CUP/undo", data=undo)
    other_page = mira.post("/staff/inventory/sku/CUP/undo", data={**undo, "key": "another"})

    assert (done.status_code, other_page.status_code) == (200, 409)
    assert queries.get_stock("CUP").on_hand == 12
    assert queries.list_movements("CUP")[0].reason == "Undo: counted"


def test_an_undo_is_refused_when_what_came_has_left(mira):
    form = opened(mira, "LAMP")
    undo = undo_form(save(mira, "LAMP", form, units="+5", reason="van").text) | {
        "csrf_token": form["csrf_token"]
    }
    change("LAMP", "sale", 3)

    answer = mira.post("/staff/inventory/sku/LAMP/undo", data=undo)

    assert (answer.status_code, "Only 2 are on hand" in answer.text) == (409, True)
    assert queries.get_stock("LAMP").on_hand == 2


def test_what_an_import_brought_is_undone_with_the_import_and_not_alone(mira):
    form = opened(mira, "CUP")
    change("CUP", "receive", 5, Origin("user:mira", "Van", source="import:ab12"))
    undo = {"csrf_token": form["csrf_token"], "key": "once", "source": "import:ab12"}

    answer = mira.post("/staff/inventory/sku/CUP/undo", data=undo)

    assert (answer.status_code, "Open the import and undo it there" in answer.text) == (409, True)
    assert queries.get_stock("CUP").on_hand == 17
    with pytest.raises(PartOfImport):
        run_transaction(lambda: undoing.undo("import:ab12", RIVAL))


def test_only_who_made_a_change_undoes_it(mira, app):
    form = opened(mira, "CUP")
    undo = undo_form(save(mira, "CUP", form, units="43", reason="counted").text)
    make_user("staff", email="tomas@example.test")
    tomas = app.test_client()
    sign_in(tomas, "tomas@example.test")

    answer = tomas.post("/staff/inventory/sku/CUP/undo", data={**undo, "csrf_token": csrf_of(tomas, "/")})

    assert answer.status_code == 403
