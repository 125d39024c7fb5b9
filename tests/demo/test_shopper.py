"""The browser of the simulated shoppers reads a form as any browser would."""

import pytest

from app.demo.shopper import NotOffered, find_form, pick_address

PAGE = """
<form action="/search"><input name="q"><button>Search</button></form>
<form action="/cart"><input type="hidden" name="sku" value="A"><button disabled>Sold out</button></form>
<form action="/cart"><input type="hidden" name="sku" value="B"><input name="quantity" value="1">
  <input type="radio" name="then" value="stay"><input type="radio" name="then" value="go" checked>
  <input type="checkbox" name="gift" value="1"><button>Add to cart</button></form>
"""


def test_a_form_is_sent_as_it_stands_and_only_when_its_button_can_be_pressed():
    assert find_form(PAGE, "/cart").fields == {"sku": "B", "quantity": "1", "then": "go"}
    with pytest.raises(NotOffered):
        find_form(PAGE, "/checkout")


def test_every_shopper_on_this_machine_has_an_address_of_its_own_and_elsewhere_the_machines():
    assert pick_address("http://localhost:3001").startswith("127.")
    assert pick_address("https://shop.example") == ""
