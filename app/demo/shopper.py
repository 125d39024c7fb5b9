"""A shopper's browser without scripts: cookies, pages, and forms that are sent as they stand on the page."""

import random
import socket
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

TIMEOUT_S = 15
LOOPBACK_HOSTS = ("localhost", "127.0.0.1")
AT_HOME = {
    "email": "ada@example.com",
    "name": "Ada Novak",
    "line1": "Quay 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
}


@dataclass
class Form:
    """`fields` are what a browser would send if nobody typed anything. A form without a button cannot be sent."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    has_button: bool = False


class FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag == "form":
            self.forms.append(Form(found.get("action") or ""))
        elif tag == "button" and self.forms and "disabled" not in found:
            self.forms[-1].has_button = True
        elif tag == "input" and self.forms and (name := found.get("name")):
            if found.get("type") not in ("radio", "checkbox") or "checked" in found:
                self.forms[-1].fields[name] = found.get("value") or ""


class NotOffered(Exception):
    """The page has no such form, or its button cannot be pressed."""


class Shopper:
    """`address` is where its requests come from, so that the shop's limits take many shoppers for many."""

    def __init__(self, url: str, address: str = ""):
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        if address:
            self.session.mount("http://", FromAddress(address))

    def open(self, path: str) -> requests.Response:
        """Raises requests.RequestException when the answer is an error."""
        answer = self.session.get(self.url + path, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer

    def fill_in(self, page: str, action: str, **typed: str) -> Form:
        """The form of the page that leads to `action`, with what is typed into it. Raises NotOffered."""
        form = find_form(self.open(page).text, action)
        form.fields |= typed
        return form

    def send(self, form: Form) -> requests.Response:
        """The answer itself: where it leads is in its Location."""
        return self.session.post(
            self.url + form.action, form.fields, timeout=TIMEOUT_S, allow_redirects=False
        )

    def submit(self, page: str, action: str, **typed: str) -> requests.Response:
        return self.send(self.fill_in(page, action, **typed))

    def put(self, page: str, quantity: int = 1) -> requests.Response:
        """Into the cart, from a product's page."""
        return self.submit(page, "/cart", quantity=str(quantity))

    def go_to_payment(self, delivery: str = "pickup", **typed: str) -> str:
        """Through the steps of checkout. Returns the path that the shop leads to: the payment, or back to the cart."""
        begun = self.session.get(self.url + "/checkout", timeout=TIMEOUT_S)
        if not begun.url.endswith("/checkout/contact"):
            return urlsplit(begun.url).path
        form = find_form(begun.text, "/checkout/contact")
        form.fields |= {**AT_HOME, **typed}
        path = place_of(self.send(form))
        if path != "/checkout/delivery":
            return path
        return place_of(self.submit(path, path, delivery=delivery))

    def pay(self, card: str) -> requests.Response:
        return self.submit("/checkout/payment", "/checkout/payment", card=card)


class FromAddress(HTTPAdapter):
    def __init__(self, address: str):
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, source_address=(self._address, 0))


def find_form(page: str, action: str) -> Form:
    reader = FormReader()
    reader.feed(page)
    for form in reader.forms:
        if form.action == action and form.has_button:
            return form
    raise NotOffered(action)


def place_of(answer: requests.Response) -> str:
    """The path that an answer leads to, or that it is about."""
    return urlsplit(answer.headers.get("Location") or answer.url).path


def pick_address(url: str) -> str:
    """One of this machine's sixteen million, where it talks to itself; elsewhere the one that it has."""
    if urlsplit(url).hostname not in LOOPBACK_HOSTS:
        return ""
    address = ".".join(str(random.randint(1, 254)) for _ in range(3))
    with socket.socket() as probe:
        try:
            probe.bind((f"127.{address}", 0))
        except OSError:  # not every system gives them all
            return ""
    return f"127.{address}"
