"""How long a checkout is held: said truly, extended on request, and told when it has ended."""

import re

import pytest
import sqlalchemy as sa

from app.core.database import db, now_ms, transaction
from app.inventory import queries as inventory
from app.inventory.models import Reservation
from app.orders.hold_terms import find_term
from tests.factories import make_product
from tests.orders.buying import ADA, fill_in, put
from tests.orders.test_whole_way import Guest
from tests.security.test_login import csrf_of


@pytest.fixture
def guest(app, client):
    """In the first step of checkout, with two cups."""
    make_product(sku="CUP", slug="cup", stock=3, price=2400)
    guest = Guest(client)
    guest.send("/products/cup", "/cart", sku="CUP", quantity="2")
    guest.get("/checkout/contact")
    return guest


def move_hold(expires_in_s, longest_in_s):
    with transaction():
        times = {
            "expires_at": now_ms() + expires_in_s * 1000,
            "hard_expires_at": now_ms() + longest_in_s * 1000,
        }
        db.session.execute(sa.update(Reservation).values(**times))


def test_the_term_is_told_from_the_start_of_checkout_on(any_app):
    make_product(sku="CUP", stock=3)
    put(ADA, CUP=1)
    assert find_term(ADA.owner) is None

    fill_in(ADA)

    term = find_term(ADA.owner)
    assert 590_000 < term.left_ms <= 600_000 and not term.is_longest


def test_a_hold_is_extended_and_what_was_typed_stays(guest):
    move_hold(60, 1800)

    page = guest.send("/checkout/contact", "/checkout/hold/contact", name="Ada half way").text

    assert "It is held for you until" in page and 'value="Ada half way"' in page
    left = int(re.search(r'data-left-ms="(\d+)"', page).group(1))
    assert 590_000 < left <= 600_000


def test_a_hold_is_not_extended_past_its_longest_time_and_says_so(guest):
    move_hold(60, 60)

    page = guest.send("/checkout/contact", "/checkout/hold/contact").text

    assert "as long as we can keep it" in page and "data-extend" not in page


def test_a_hold_that_has_ended_has_a_page_that_offers_to_try_again(guest):
    move_hold(-1, -1)

    assert guest.client.get("/checkout/contact").headers["Location"] == "/checkout/ended"
    page = guest.get("/checkout/ended")
    assert "Your hold has ended" in page and "2 × Cup" in page and 'href="/checkout"' in page
    assert inventory.get_stock("CUP").reserved == 0
    assert guest.client.get("/checkout").headers["Location"] == "/checkout/contact"


def test_a_script_that_extends_too_late_is_sent_to_that_page(guest):
    token = csrf_of(guest.client, "/checkout/contact")
    move_hold(-1, -1)

    headers = {"HX-Request": "true", "X-CSRFToken": token}
    answer = guest.client.post("/checkout/hold/contact", headers=headers)

    assert answer.headers["HX-Redirect"] == "/checkout/ended"
