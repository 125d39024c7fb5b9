"""Which columns of the stock list somebody sees, remembered without a script."""

import pytest

from tests.inventory.stock_list import enter_mira
from tests.security.test_login import csrf_of

LIST = "/staff/inventory"
ALL = ["badge", "unavailable", "reserved", "threshold", "chart", "changed"]


@pytest.fixture
def mira(app, client):
    return enter_mira(client)


def choose(client, *shown, next=LIST):
    form = {"csrf_token": csrf_of(client, "/"), "column": list(shown), "next": next}
    return client.post(f"{LIST}/columns", data=form)


def ticked(page):
    menu = page.split("data-columns")[1].split("</form>")[0]
    return [name for name in ALL if f'value="{name}" checked' in menu]


def test_all_columns_are_shown_until_somebody_chooses(mira):
    page = mira.get(LIST).text

    assert ticked(page) == ALL
    assert 'data-hidden=""' in page


def test_a_choice_is_remembered_and_leads_back_to_where_it_was_made(mira):
    answer = choose(mira, "reserved", "changed", "nonsense", next=f"{LIST}?state=low")
    page = mira.get(LIST).text

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{LIST}?state=low")
    assert ticked(page) == ["reserved", "changed"]
    assert 'data-hidden="badge unavailable threshold chart"' in page


def test_a_cookie_of_nonsense_hides_nothing(mira):
    mira.set_cookie("stock_columns", "<b>.sku", path=LIST)

    assert 'data-hidden=""' in mira.get(LIST).text


def test_the_answer_leads_to_no_other_site(mira):
    assert choose(mira, next="https://example.com").headers["Location"] == "/"
