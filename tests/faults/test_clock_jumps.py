"""The machine's clock is set an hour ahead or back while people shop and work: nobody is signed out or loses their cart."""

import time

import pytest

from tests.factories import make_product, make_user
from tests.orders.test_whole_way import Guest
from tests.security.test_login import csrf_of, sign_in


@pytest.fixture
def set_clock(monkeypatch):
    right, right_ns = time.time, time.time_ns

    def jump(hours):
        monkeypatch.setattr(time, "time", lambda: right() + hours * 3600)
        monkeypatch.setattr(time, "time_ns", lambda: right_ns() + hours * 3600 * 10**9)

    return jump


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_guest_keeps_their_cart_and_may_send_the_form_they_have_open(app, client, set_clock, hours):
    make_product(sku="CUP", slug="cup", name="Cup", stock=9)
    guest = Guest(client)
    guest.send("/products/cup", "/cart", sku="CUP", quantity="2")
    form = {"csrf_token": csrf_of(client, "/products/cup"), "key": "a" * 32, "sku": "CUP", "quantity": "1"}
    assert "Cup" in guest.get("/cart")

    set_clock(hours)

    assert "Cup" in guest.get("/cart")
    assert client.post("/cart", data=form).status_code == 303


# An hour ahead is as long as staff may be idle: for them it is as if nobody had been there.
@pytest.mark.parametrize(("role", "hours"), [("shopper", -1), ("shopper", 1), ("staff", -1)])
def test_who_is_signed_in_stays_signed_in(app, client, set_clock, role, hours):
    user = make_user(role)
    sign_in(client, user.email)
    assert "Sign out" in client.get("/").text

    set_clock(hours)

    assert "Sign out" in client.get("/").text
