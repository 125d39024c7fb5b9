"""Shoppers with a cart, or ready to pay, each behind an address of their own: the shop counts what one address may do."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from urllib.parse import urlencode

from app.demo.shopper import Form, Shopper, find_form
from app.orders.providers.practice import SUCCEEDS
from bench.http_load import Request
from bench.inventory import Inventory, change
from bench.page import list_products
from bench.shop import Broken, Shop

AT_ONCE = 4
PLENTY = 5_000
PAYMENT = "/checkout/payment"

numbers = itertools.count(1)
Answer = TypeVar("Answer")


def stock_up(shop: Shop, inventory: Inventory) -> dict[str, str]:
    """Product pages by the SKU that they offer first, of which there is plenty now."""
    for item in inventory.list_stock():
        inventory.post(change(item["productId"], PLENTY))
    visitor = make_shopper(shop)
    pages = list_products(shop)
    return {find_form(visitor.open(page).text, "/cart").fields["sku"]: page for page in pages}


def make_shopper(shop: Shop) -> Shopper:
    """The shop trusts one proxy, which says where they come from."""
    number = next(numbers)
    shopper = Shopper(f"http://127.0.0.1:{shop.port}")
    shopper.session.headers["X-Forwarded-For"] = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    return shopper


def fill_cart(shop: Shop, pages: list[str]) -> Shopper:
    shopper = make_shopper(shop)
    for page in pages:
        answer = shopper.put(page)
        if answer.status_code != 303:
            raise Broken(f"a cart was not filled: {answer.status_code}")
    return shopper


def bring_to_payment(shop: Shop, pages: list[str]) -> tuple[Shopper, Form]:
    """The shopper, and the form that pays."""
    shopper = fill_cart(shop, pages)
    if (path := shopper.go_to_payment()) != PAYMENT:
        raise Broken(f"a checkout ended at {path}")
    return shopper, shopper.fill_in(PAYMENT, PAYMENT, card=SUCCEEDS)


def gather(count: int, make: Callable[[int], Answer]) -> list[Answer]:
    with ThreadPoolExecutor(AT_ONCE) as makers:
        return list(makers.map(make, range(count)))


def headers_of(shopper: Shopper) -> dict[str, str]:
    cookies = "; ".join(f"{name}={value}" for name, value in shopper.session.cookies.items())
    return {"Cookie": cookies, "X-Forwarded-For": str(shopper.session.headers["X-Forwarded-For"])}


def read_page(shopper: Shopper, path: str) -> Request:
    return Request("GET", path, headers_of(shopper))


def send_form(shopper: Shopper, form: Form) -> Request:
    headers = {**headers_of(shopper), "Content-Type": "application/x-www-form-urlencoded"}
    return Request("POST", form.action, headers, urlencode(form.fields).encode())
