"""What simulated shoppers do in the shop, and the one who packs for them: all of it on its pages, as people do."""

import random
import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

from app.demo.accounts import DEMO_ACCOUNTS
from app.demo.shopper import NotOffered, Shopper, pick_address, place_of
from app.orders.providers.practice import ANSWERS_LATE, DECLINES, SUCCEEDS, TIMES_OUT

LARGEST_BASKET = 3
SECOND_THING_CHANCE = 0.3
# After a declined card.
TRIES_AGAIN_CHANCE = 0.5
PAYMENT = "/checkout/payment"


@dataclass(frozen=True)
class Mix:
    """In percent: of shoppers, of payments, and of paid orders; returns are of packed ones."""

    abandon: int = 20
    decline: int = 8
    late: int = 4
    cancel: int = 5
    pack: int = 40
    returns: int = 25


@dataclass
class Tally:
    """`placed` orders were paid at once; `waiting` ones when the bank says so."""

    looked: int = 0
    placed: int = 0
    waiting: int = 0
    declined: int = 0
    abandoned: int = 0
    short: int = 0
    cancelled: int = 0
    packed: int = 0
    returned: int = 0
    restocked: int = 0
    failed: int = 0
    skipped: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        with self._lock:
            setattr(self, what, getattr(self, what) + 1)

    def line(self) -> str:
        words = (f"{name} {count}" for name, count in vars(self).items() if not name.startswith("_"))
        return "   ".join(words)


def happens(percent: int) -> bool:
    return random.random() * 100 < percent


class Visit:
    """One shopper from the door to the parcel."""

    def __init__(self, url: str, mix: Mix, tally: Tally, packer: "Packer"):
        self._shopper = Shopper(url, pick_address(url))
        self._mix, self._tally, self._packer = mix, tally, packer

    def run(self, pages: list[str]) -> None:
        """Every visit ends as one line of the tally."""
        page = random.choice(pages)
        try:
            self._shopper.open(page)
            self._tally.count("looked")
            self._fill_cart([page, *random.sample(pages, random.random() < SECOND_THING_CHANCE)])
            leaves_at = random.choice(("cart", "checkout")) if happens(self._mix.abandon) else ""
            if leaves_at == "cart" or not self._check_out(leaves=bool(leaves_at)):
                self._tally.count("abandoned")
            else:
                self._pay()
        except NotOffered:
            self._tally.count("short")
        except requests.RequestException:
            self._tally.count("failed")

    def _fill_cart(self, pages: list[str]) -> None:
        """Raises NotOffered when the first thing cannot be had."""
        answer = self._shopper.put(pages[0], random.randint(1, LARGEST_BASKET))
        if answer.status_code == 409:
            raise NotOffered(pages[0])
        fail_on_error(answer)
        for page in pages[1:]:
            try:
                self._shopper.put(page)
            except NotOffered:
                continue

    def _check_out(self, *, leaves: bool) -> bool:
        """False when the shopper leaves. Raises NotOffered when something was sold meanwhile."""
        path = self._shopper.go_to_payment(random.choice(("parcel", "pickup")))
        if path != PAYMENT:
            raise NotOffered(path)
        return not leaves

    def _pay(self) -> None:
        card = SUCCEEDS
        if happens(self._mix.decline):
            card = DECLINES
        elif happens(self._mix.late):
            card = random.choice((ANSWERS_LATE, TIMES_OUT))
        answer = self._shopper.pay(card)
        if card == DECLINES and answer.status_code == 409:
            self._tally.count("declined")
            if random.random() > TRIES_AGAIN_CHANCE:
                return
            card, answer = SUCCEEDS, self._shopper.pay(SUCCEEDS)
        fail_on_error(answer)
        path = place_of(answer)
        if not path.startswith("/orders/"):
            raise NotOffered(path)
        self._tally.count("placed" if card == SUCCEEDS else "waiting")
        if card == SUCCEEDS:
            self._follow_up(answer.headers["Location"])

    def _follow_up(self, link: str) -> None:
        path = urlsplit(link).path
        if happens(self._mix.cancel):
            fail_on_error(self._shopper.submit(link, f"{path}/cancellation"))
            self._tally.count("cancelled")
        elif happens(self._mix.pack):
            self._packer.pack(path.rpartition("/")[2])


class Packer:
    """The studio's own hands: packs, sends, and takes back. One order after the other."""

    def __init__(self, url: str, mix: Mix, tally: Tally):
        self._staff = Shopper(url, pick_address(url))
        self._mix, self._tally = mix, tally
        self._turn = threading.Lock()
        self._is_in = False

    def sign_in(self) -> bool:
        """False where the demo's accounts are unknown: nothing is packed there, and nothing comes back."""
        email, password = next(account[1:] for account in DEMO_ACCOUNTS if account[0] == "staff")
        try:
            answer = self._staff.submit("/login", "/login", email=email, password=password)
        except (requests.RequestException, NotOffered):
            return False
        self._is_in = answer.status_code == 303
        return self._is_in

    def pack(self, number: str) -> None:
        page = f"/staff/orders/{number}"
        if not self._is_in:
            return
        with self._turn:
            for step in ("processing", "shipment"):
                fail_on_error(self._staff.submit(page, f"{page}/{step}"))
            self._tally.count("packed")
            if happens(self._mix.returns):
                outcome = random.choice(("restock", "damage"))
                fail_on_error(self._staff.submit(page, f"{page}/returns", quantity="1", outcome=outcome))
                self._tally.count("returned")


def fail_on_error(answer: requests.Response) -> None:
    """A page that says what is wrong is an answer to people, and to a simulation that something went wrong."""
    if answer.status_code >= 400:
        raise requests.HTTPError(f"{answer.status_code} of {answer.url}", response=answer)
