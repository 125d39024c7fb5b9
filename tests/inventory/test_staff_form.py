"""The form on a SKU's page: a second click must not count twice."""

import pytest

from app.inventory import queries
from tests.factories import make_product, make_user
from tests.security.test_login import csrf_of, sign_in


@pytest.fixture
def form(app, client):
    make_product(sku="CUP", stock=10)
    make_user("staff", email="mira@example.test")
    sign_in(client, "mira@example.test")
    page = client.get("/staff/inventory/sku/CUP").text
    key = page.split('name="key" value="')[1].split('"')[0]
    return {
        "key": key,
        "csrf_token": csrf_of(client, "/"),
        "operation": "receive",
        "quantity": "5",
        "reason": "van",
    }


def test_a_double_click_receives_once_and_both_answers_say_so(client, form):
    answers = [client.post("/staff/inventory/sku/CUP", data=form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert queries.get_stock("CUP").on_hand == 15


def test_a_form_sent_again_with_other_figures_asks_first_and_then_takes_them(client, form):
    client.post("/staff/inventory/sku/CUP", data=form)

    again = client.post("/staff/inventory/sku/CUP", data={**form, "quantity": "6"})

    assert again.status_code == 422
    assert "sent before" in again.text
    assert 'value="6"' in again.text
    fresh = again.text.split('name="key" value="')[1].split('"')[0]
    client.post("/staff/inventory/sku/CUP", data={**form, "quantity": "6", "key": fresh})
    assert queries.get_stock("CUP").on_hand == 21
