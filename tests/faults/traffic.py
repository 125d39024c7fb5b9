"""Shoppers who look and buy and people who talk while things break; and what must be true of all of it afterwards."""

import contextlib
import itertools
import threading
import time
from collections.abc import Iterator

import requests

from app.demo.shopper import NotOffered, Shopper, place_of
from app.orders.providers.practice import SUCCEEDS
from bench.parlour import Talk, hold_talks
from tests.faults.guests import Guest, judge
from tests.faults.keeper import Keeper, keeping
from tests.faults.test_chat_chaos import RoomFollower, Sender, read_log
from tests.support.followers import Crowd, wait_until_subscribed
from tests.support.shop import CORE, Shop
from tests.support.waiting import wait_for

EVERYTHING = (*CORE, "worker")
CUPS = 100_000
TALKS = 4
PATIENT_S = 90.0
# A page that stays away for longer is one that somebody gave up.
VIEW_TIMEOUT_S = 20.0


def seed_traffic(talks: list[Talk]) -> None:
    """Cups for everybody, and conversations that are going on; those are added to `talks`."""
    from flask import current_app

    from tests.factories import make_product

    make_product(sku="CUP", slug="cup", name="Cup", stock=CUPS, price=2400, threshold=0)
    talks.extend(hold_talks(current_app._get_current_object(), TALKS))


class Busy(threading.Thread):
    """Does its `step` over and over until it is told to stop. `failure` is what a step must never raise."""

    pause_s = 0.05

    def __init__(self, shop: Shop, stop: threading.Event):
        super().__init__(daemon=True)
        self.shop, self.stop = shop, stop
        self.done = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.stop.wait(self.pause_s):
                with contextlib.suppress(requests.RequestException, NotOffered):
                    self.step()
        except BaseException as error:
            self.failure = error

    def step(self) -> None:
        raise NotImplementedError


class Buyer(Busy):
    """Each cup as somebody new. `bought` are the orders that the shop has confirmed."""

    def __init__(self, shop: Shop, stop: threading.Event):
        super().__init__(shop, stop)
        self.bought: list[str] = []

    def step(self) -> None:
        guest = Guest(self.shop)
        guest.put("/products/cup", 1)
        if guest.go_to_payment() == "/checkout/payment":
            self.pay(guest)

    def pay(self, guest: Guest) -> None:
        """The same form again until there is an answer, as somebody does who wants the cup."""
        form = guest.fill_in("/checkout/payment", "/checkout/payment", card=SUCCEEDS)
        deadline = time.monotonic() + PATIENT_S
        while time.monotonic() < deadline:
            with contextlib.suppress(requests.RequestException):
                answer = guest.send(form)
                assert answer.status_code in (303, 409, 422, 429, 500, 502, 503), answer.text
                if answer.status_code == 303 and "/orders/" in place_of(answer):
                    self.bought.append(place_of(answer).rpartition("/")[2])
                    self.done += 1
                    return
                if answer.status_code in (303, 409, 422):
                    return
            time.sleep(0.3)


class Viewer(Busy):
    """Looks at a page. `views` has the moment, the status (0 for no answer) and the seconds of each."""

    def __init__(self, shop: Shop, stop: threading.Event):
        super().__init__(shop, stop)
        self.views: list[tuple[float, int, float]] = []
        self.browser = Shopper(shop.url, "127.9.9.9")

    def step(self) -> None:
        begun, status = time.monotonic(), 0
        try:
            url = self.shop.url + "/products/cup"
            status = self.browser.session.get(url, timeout=VIEW_TIMEOUT_S).status_code
        finally:
            self.views.append((begun, status, time.monotonic() - begun))
            self.done += status == 200

    def between(self, start: float, end: float) -> list[tuple[int, float]]:
        return [(status, took) for moment, status, took in self.views if start <= moment <= end]


class Speaker(Sender):
    """Says something in its talks, until it is told to stop."""

    def __init__(self, shop: Shop, talks: list[Talk], stop: threading.Event, first: int):
        super().__init__(shop, talks)
        self.stop, self.first, self.done = stop, first, 0

    def run(self) -> None:
        try:
            for number in itertools.count(self.first):
                for talk in self.talks:
                    self.say(talk, number)
                    self.done += 1
                if self.stop.wait(0.7):  # a person may say 60 things a minute
                    return
        except BaseException as error:
            self.failure = error


class Traffic:
    def __init__(self, shop: Shop, talks: list[Talk], keeper: Keeper, first: int, buyers: int = 2):
        self.shop, self.talks, self.keeper = shop, talks, keeper
        self.stop = threading.Event()
        self.buyers = [Buyer(shop, self.stop) for _ in range(buyers)]
        self.viewer = Viewer(shop, self.stop)
        self.speaker = Speaker(shop, talks, self.stop, first)
        self.followers = [
            RoomFollower(shop, talk, who) for talk in talks for who in (talk.shopper, talk.agent)
        ]
        self.crowd = Crowd(list(self.followers))

    @property
    def busy(self) -> list[Buyer | Viewer | Speaker]:
        return [*self.buyers, self.viewer, self.speaker]

    @property
    def bought(self) -> list[str]:
        return [number for buyer in self.buyers for number in buyer.bought]

    def begin(self) -> None:
        self.crowd.start()
        wait_until_subscribed(self.crowd.followers, 60)
        for each in self.busy:
            each.start()

    def go_on(self, seconds: float) -> float:
        """Wait until somebody has bought, said and seen something that nobody had before; the seconds that it took."""
        begun = time.monotonic()
        kinds = (self.buyers, [self.speaker], [self.viewer])
        before = [sum(each.done for each in kind) for kind in kinds]

        def moved() -> bool:
            now = [sum(each.done for each in kind) for kind in kinds]
            return all(new > old + 1 for new, old in zip(now, before, strict=True))

        wait_for(moved, seconds, f"orders, messages and pages; {self.shop.logs()}")
        return time.monotonic() - begun

    def end(self) -> None:
        self.stop.set()
        for each in self.busy:
            each.join(PATIENT_S + 30)
        self.crowd.is_over.set()
        self.crowd.join(10)

    def check(self) -> None:
        """Everything that the shop has promised is so, and everybody has seen all of it."""
        assert [each.failure for each in self.busy] == [None] * len(self.busy)
        self.shop.wait_until_ready(90)
        self.stop.set()
        for each in self.busy:
            each.join(PATIENT_S + 30)
        statuses = judge(self.shop)
        assert {number: statuses.get(number) for number in self.bought} == dict.fromkeys(self.bought, "paid")
        assert len(set(self.bought)) == len(self.bought)
        for talk in self.talks:
            check_room(read_log(talk, self.shop), self.speaker.acknowledged[talk.room])
        heads = {talk.room: read_log(talk, self.shop)[-1]["seq"] for talk in self.talks}
        wait_for(lambda: all(is_complete(follower, heads) for follower in self.followers), 60, "all pages")


def is_complete(follower: RoomFollower, heads: dict[str, int]) -> bool:
    return follower.complete_up_to == heads[follower.channel.removeprefix("room:")]


def check_room(log: list[dict], acknowledged: list[tuple[int, str]]) -> None:
    """Numbered without a gap, and each message that was acknowledged is there once, under its number."""
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    said = [
        (event["seq"], event["data"]["message"]["clientId"]) for event in log if event["type"] == "message"
    ]
    stored = [(seq, name) for seq, name in said if name.startswith("chaos-")]
    assert len({name for _, name in stored}) == len(stored)
    assert set(acknowledged) <= set(stored)


firsts = itertools.count(0, 10_000)


@contextlib.contextmanager
def traffic(shop: Shop, talks: list[Talk], buyers: int = 2) -> Iterator[Traffic]:
    """People in the shop while the block runs. `check` it at the block's end."""
    with keeping(shop) as keeper:
        people = Traffic(shop, talks, keeper, next(firsts), buyers)
        try:
            people.begin()
            people.go_on(60)
            yield people
        finally:
            people.end()
