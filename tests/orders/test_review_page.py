"""What staff see and do when a payment came after the last unit was sold."""

import pytest

from app.core.database import run_transaction
from app.orders import queries, reviews
from tests.factories import make_user
from tests.inventory.test_ledger import change
from tests.orders.buying import buy_too_late, status
from tests.orders.test_whole_way import Guest
from tests.security.test_login import sign_in


@pytest.fixture
def order(app):
    return buy_too_late()


@pytest.fixture
def staff(client):
    make_user("staff", email="mira@example.test")
    sign_in(client, "mira@example.test")
    return Guest(client)


def test_it_may_wait_and_gets_units_when_they_come(order, staff):
    path = f"/staff/orders/{order.number}"

    refused = staff.send(path, f"{path}/supply")
    assert refused.status_code == 409 and "Not enough of CUP" in refused.text
    assert staff.send(path, f"{path}/backorder").status_code == 303
    change("CUP", "add", 5)
    assert staff.send(path, f"{path}/supply").status_code == 303

    assert status(order) == "paid"
    assert "Start packing" in staff.get(path)


def test_its_shopper_reads_what_was_decided(order, client):
    link = queries.link_of(order).partition("/orders/")[2]
    assert "We are looking into it</h1>" in client.get(f"/orders/{link}").text

    run_transaction(lambda: reviews.backorder_order(order, "user:mira"))

    assert "The next ones are yours</h1>" in client.get(f"/orders/{link}").text


def test_there_is_no_receipt_of_money_that_was_not_taken(order, client):
    link = queries.link_of(order).partition("/orders/")[2]

    page = client.get(f"/orders/{link}")
    answer = client.get(f"/orders/{link.replace('?', '/receipt?')}")

    assert page.status_code == 200 and "Receipt to print" not in page.text
    assert answer.headers["Location"].startswith(f"/orders/{order.number}?token=")
