"""Waiting without an address: a guest who is told in this browser, and what is offered to whom."""

import pytest

from tests.factories import add_variant, make_product, make_user
from tests.inventory.waiting_list import change, mails
from tests.security.test_login import csrf_of, sign_in
from tests.storefront.test_restock_pages import ADA, HTMX, PAGE, ask, requests


@pytest.fixture
def cup(app):
    """Sold out in Chalk, in stock in Sea."""
    add_variant(make_product(sku="CUP", slug="cup", stock=0), "CUP-SEA", glaze="Sea", stock=20)


def test_a_guest_is_on_the_list_without_an_address_and_off_it_again(cup, client):
    assert "Without an address, in this browser" in client.get(f"{PAGE}?sku=CUP").text

    answer = ask(client, "", how="here", headers=HTMX)

    assert answer.status_code == 200
    assert "We will tell you in this browser" in answer.text
    assert 'data-wants="back_in_stock"' in answer.text
    page = client.get(f"{PAGE}?sku=CUP").text
    assert "You are on the list. We will tell you in this browser" in page
    assert mails() == []
    stop = page.split('action="/back-in-stock/')[1].split('"')[0]
    form = {"csrf_token": csrf_of(client, "/"), "key": "k2", "next": f"{PAGE}?sku=CUP"}
    client.post(f"/back-in-stock/{stop}", data=form)
    assert requests() == []


def test_notifications_are_offered_to_who_waits_and_to_nobody_else(cup, client):
    assert "data-push-do" not in client.get(f"{PAGE}?sku=CUP").text
    make_user(email=ADA)
    sign_in(client, ADA)
    assert "Without an address, in this browser" not in client.get(f"{PAGE}?sku=CUP").text

    ask(client)

    assert 'data-wants="back_in_stock"' in client.get(f"{PAGE}?sku=CUP").text
    assert "data-push-do" not in client.get(f"{PAGE}?sku=CUP-SEA").text


def test_who_signed_in_meanwhile_waits_as_an_account(cup, client):
    make_user(email=ADA)
    sign_in(client, ADA)

    answer = ask(client, "", how="here", headers=HTMX)

    assert "We will write to ada@example.test" in answer.text
    assert [(row.email, row.subject) for row in requests()] == [(ADA, None)]


def test_what_came_back_meanwhile_is_said_to_a_guest_without_an_address(cup, client):
    change("CUP", "receive", 1)

    answer = ask(client, "", how="here")

    assert (answer.status_code, "in stock again" in answer.text) == (409, True)


def test_guests_without_an_address_do_not_share_one_limit(cup, app):
    answers = [ask(app.test_client(), "", how="here", key=f"k{number}") for number in range(21)]

    assert {answer.status_code for answer in answers} == {303}


def test_a_shop_without_pushes_offers_none(make_app):
    app = make_app(PUSH_ENABLE_WEB_PUSH="false")
    with app.app_context():
        make_product(sku="CUP", slug="cup", name="Cup", stock=0)
        client = app.test_client()
        page = client.get(f"{PAGE}?sku=CUP").text

        assert "Without an address, in this browser" not in page
        assert "Tell me when it is back" in page
