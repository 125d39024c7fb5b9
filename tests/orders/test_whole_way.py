"""The whole way of a guest without any script: product, cart, three steps, the bank, the order's page, the parcel."""

import re

import pytest

from app.inventory import queries as inventory
from app.orders.providers.practice import DECLINES, SUCCEEDS
from tests.factories import make_product, make_user
from tests.orders.buying import ADDRESS
from tests.security.test_login import csrf_of, sign_in


class Guest:
    def __init__(self, client):
        self.client = client

    def get(self, path):
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def send(self, page_path, path, **fields):
        page = self.get(page_path)
        key = re.search(r'name="key" value="(\w+)"', page).group(1)
        hidden = dict(re.findall(r'<input type="hidden" name="(total)" value="(\d+)"', page))
        data = {"csrf_token": csrf_of(self.client, page_path), "key": key, **hidden, **fields}
        return self.client.post(path, data=data)


@pytest.fixture
def guest(app, client):
    make_product(sku="CUP", slug="cup", stock=3, price=2400)
    return Guest(client)


def to_payment(guest, quantity="2"):
    guest.send("/products/cup", "/cart", sku="CUP", quantity=quantity)
    assert guest.client.get("/checkout").headers["Location"] == "/checkout/contact"
    guest.send("/checkout/contact", "/checkout/contact", email="ada@example.test", **ADDRESS)
    guest.send("/checkout/delivery", "/checkout/delivery", delivery="parcel")


def test_from_the_product_to_the_parcel(guest, app):
    to_payment(guest)
    assert inventory.get_stock("CUP").reserved == 2
    paid = guest.send("/checkout/payment", "/checkout/payment", card="4242 4242 4242 4242")

    page = guest.get(paid.headers["Location"])
    assert "Paid" in page and "€53.90" in page
    number = re.search(r"Order (\w+-\d+)", page).group(1)
    assert number in guest.get("/orders")

    staff = Guest(app.test_client())
    make_user("staff", email="mira@example.test")
    sign_in(staff.client, "mira@example.test")
    path = f"/staff/orders/{number}"
    for step in ("processing", "shipment", "delivery"):
        assert staff.send(path, f"{path}/{step}").status_code == 303
    stock = inventory.get_stock("CUP")
    assert (stock.on_hand, stock.reserved) == (1, 0)
    assert staff.send(path, f"{path}/returns", sku="CUP", quantity="1", outcome="restock").status_code == 303
    assert inventory.get_stock("CUP").on_hand == 2
    assert "1 returned" in guest.get(paid.headers["Location"])


def test_a_declined_card_says_so_keeps_the_form_and_never_shows_the_number(guest):
    to_payment(guest)

    refused = guest.send("/checkout/payment", "/checkout/payment", card=DECLINES)

    assert refused.status_code == 409
    assert "declined" in refused.text and DECLINES not in refused.text
    assert guest.send("/checkout/payment", "/checkout/payment", card=SUCCEEDS).status_code == 303


@pytest.mark.parametrize("card", ["", "4242", "4242424242424241", "abcd"])
def test_a_card_number_with_a_mistake_is_not_sent_to_the_bank(guest, card):
    to_payment(guest)

    refused = guest.send("/checkout/payment", "/checkout/payment", card=card)

    assert refused.status_code == 422
    assert "card number" in refused.text


def test_a_step_that_was_skipped_comes_first(guest):
    guest.send("/products/cup", "/cart", sku="CUP", quantity="1")

    assert guest.client.get("/checkout/payment").headers["Location"] == "/checkout/contact"


def test_mistakes_in_the_address_keep_what_was_typed(guest):
    guest.send("/products/cup", "/cart", sku="CUP", quantity="1")

    refused = guest.send(
        "/checkout/contact", "/checkout/contact", **{**ADDRESS, "email": "nobody", "city": ""}
    )

    assert refused.status_code == 422
    assert "name@example.com" in refused.text and 'value="Quay 1"' in refused.text


def test_paying_twice_leads_to_the_same_order(guest):
    to_payment(guest)
    page = guest.get("/checkout/payment")
    fields = dict(re.findall(r'<input type="hidden" name="(key|total)" value="(\w+)"', page))
    data = {**fields, "csrf_token": csrf_of(guest.client, "/checkout/payment"), "card": SUCCEEDS}

    answers = [guest.client.post("/checkout/payment", data=data) for _ in range(2)]

    assert answers[0].status_code == 303
    assert answers[1].headers["Location"] == answers[0].headers["Location"]
    assert inventory.get_stock("CUP").reserved == 2


def test_less_on_the_shelf_leads_back_to_the_cart(guest):
    guest.send("/products/cup", "/cart", sku="CUP", quantity="3")
    from tests.inventory.test_ledger import change

    change("CUP", "remove", 1)

    assert guest.client.get("/checkout").headers["Location"] == "/cart"
    assert "Only 2 left of your 3." in guest.get("/cart")


def test_an_order_is_seen_with_its_link_only(guest, app):
    to_payment(guest)
    location = guest.send("/checkout/payment", "/checkout/payment", card=SUCCEEDS).headers["Location"]
    other = app.test_client()

    assert other.get(location).status_code == 200
    assert other.get(location.partition("?")[0]).status_code == 404
    assert other.get(location.partition("?")[0] + "?token=x").status_code == 404


def test_cancelling_gives_the_units_back(guest):
    to_payment(guest)
    location = guest.send("/checkout/payment", "/checkout/payment", card=SUCCEEDS).headers["Location"]
    path, _, token = location.partition("?token=")

    assert guest.send(location, f"{path}/cancellation", token=token).status_code == 303
    assert inventory.get_stock("CUP").reserved == 0
    assert "Cancelled" in guest.get(location)


def test_a_lost_link_is_mailed_to_the_address_of_the_order_only(guest, app):
    from app.core.mail import Mail

    to_payment(guest)
    location = guest.send("/checkout/payment", "/checkout/payment", card=SUCCEEDS).headers["Location"]
    number = location.split("/")[2].partition("?")[0]
    receipts = Mail.query.count()

    for email in ("eve@example.test", "ada@example.test"):
        answer = guest.send("/orders", "/orders/links", number=number.lower(), email=email)
        assert "If the number and the address belong together" in answer.text

    assert (receipts, Mail.query.count()) == (1, 2)


def test_going_back_to_the_payment_leads_to_the_order(guest):
    to_payment(guest)
    paid = guest.send("/checkout/payment", "/checkout/payment", card=SUCCEEDS)

    assert guest.client.get("/checkout/payment").headers["Location"] == paid.headers["Location"]
    assert guest.client.get("/checkout").headers["Location"] == "/cart"


def test_the_next_checkout_knows_the_address(guest):
    to_payment(guest, quantity="1")
    guest.send("/checkout/payment", "/checkout/payment", card=SUCCEEDS)
    guest.send("/products/cup", "/cart", sku="CUP", quantity="1")

    page = guest.get("/checkout/contact")

    assert 'value="Quay 1"' in page and 'value="ada@example.test"' in page


def test_the_total_of_the_first_step_is_that_of_the_cart(guest):
    guest.send("/products/cup", "/cart", sku="CUP", quantity="1")

    assert "€29.90" in guest.get("/cart") and "€29.90" in guest.get("/checkout/contact")


def test_the_receipt_has_what_was_bought_and_belongs_to_whoever_has_the_link(guest, app):
    to_payment(guest)
    location = guest.send("/checkout/payment", "/checkout/payment", card=SUCCEEDS).headers["Location"]
    path = location.replace("?", "/receipt?")

    receipt = guest.get(path)

    assert "€53.90" in receipt and "Quay 1" in receipt and "Cup" in receipt
    assert app.test_client().get(path.partition("?")[0]).status_code == 404


def test_an_agent_sees_the_order_without_its_link(guest, app):
    to_payment(guest)
    location = guest.send("/checkout/payment", "/checkout/payment", card=SUCCEEDS).headers["Location"]
    number, _, token = location.removeprefix("/orders/").partition("?token=")
    agent = Guest(app.test_client())
    make_user("agent", email="jonas@example.test")
    sign_in(agent.client, "jonas@example.test")

    page = agent.get(f"/staff/orders/{number}")

    assert "may look, not change" in page and token not in page
