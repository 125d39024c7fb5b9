"""Shoppers of a shop whose processes die, and the judges of what is left: `verify` and the bank's own books."""

import contextlib
import time

import pytest
import requests
import sqlalchemy as sa

from app import create_app
from app.core.database import db, transaction
from app.core.outbox_rows import SWEEP_AFTER_MS, OutboxEvent
from app.demo.shopper import Shopper, place_of
from app.inventory.verification import verify
from app.orders.models import Order
from app.orders.providers.practice import SUCCEEDS
from tests.faults.test_killed_processes import let_web_die_at
from tests.orders.bank_books import disagreements
from tests.support.applications import close
from tests.support.shop import Shop
from tests.support.waiting import wait_for


@contextlib.contextmanager
def inside(shop: Shop):
    app = create_app(shop.settings)
    try:
        with app.app_context():
            yield app
    finally:
        close(app)


def has_told_all(shop: Shop) -> bool:
    with inside(shop):
        handed_over = OutboxEvent.next_try_at > OutboxEvent.created_at + SWEEP_AFTER_MS
        waiting = sa.select(OutboxEvent.id).where(OutboxEvent.published_at.is_(None), ~handed_over)
        return db.session.scalar(waiting.limit(1)) is None


def unended_jobs(shop: Shop) -> list[str]:
    """Asked as if the minutes were over after which the sweep hands them over again."""
    with inside(shop):
        rows = sa.select(OutboxEvent).where(OutboxEvent.published_at.is_(None), OutboxEvent.topic == "job")
        found = [f"{row.id} {row.payload['function']}" for row in db.session.scalars(rows)]
        with transaction():
            db.session.execute(sa.update(OutboxEvent).where(OutboxEvent.topic == "job").values(next_try_at=0))
        return found


def end_jobs(shop: Shop, seconds: float = 200) -> None:
    """RQ takes a worker for dead after half a minute without a beat, and its job for abandoned a minute later."""
    deadline = time.monotonic() + seconds
    while left := unended_jobs(shop):
        assert time.monotonic() < deadline, (left, shop.logs())
        time.sleep(2)


class Guest(Shopper):
    """Each from an address of its own. `insist` sends a form, with the process dying under it, until it is answered."""

    number = 0

    def __init__(self, shop: Shop):
        Guest.number += 1
        self.shop = shop
        super().__init__(shop.url, f"127.7.{Guest.number // 250}.{Guest.number % 250 + 1}")

    def dies_at(self, point: str, act):
        wait_for(
            lambda: has_told_all(self.shop), 20, "the last request's events: the next commit is this one's"
        )
        let_web_die_at(self.shop, point)
        with pytest.raises(requests.RequestException):
            act().raise_for_status()
        self.wait_for_web()

    def wait_for_web(self):
        wait_for(lambda: self.shop.health().get("status") == "ok", 30, "the next web worker")

    def insist(self, point: str, form):
        self.dies_at(point, lambda: self.send(form))
        return self.send(form)

    def at_payment(self, **typed):
        self.put("/products/cup", 2)
        assert self.go_to_payment(**typed) == "/checkout/payment"
        return self.fill_in("/checkout/payment", "/checkout/payment", card=SUCCEEDS)

    def buy(self, card=SUCCEEDS):
        form = self.at_payment()
        form.fields["card"] = card
        answer = self.send(form)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"], place_of(answer).rpartition("/")[2]


def judge(shop: Shop) -> dict[str, str]:
    """Statuses by number, once all that was queued is done and nothing is wrong any more."""
    with inside(shop):

        def wrong():
            db.session.rollback()
            return [*map(str, verify()), *disagreements()]

        with contextlib.suppress(AssertionError):
            wait_for(lambda: not wrong(), 30, "jobs and the sweep")
        assert wrong() == []
        db.session.rollback()
        return dict(db.session.execute(sa.select(Order.number, Order.status)).all())
