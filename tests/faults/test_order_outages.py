"""What breaks while somebody pays: the order is paid once, and whoever was told to come again has lost nothing."""

import re
import sqlite3
import time

import psycopg
import pytest
import sqlalchemy as sa

from app.core import outbox, redis
from app.core.database import db
from app.core.outbox_rows import OutboxEvent
from app.inventory.verification import verify
from app.orders import fulfilment, payments, queries
from app.orders.models import Order, Payment
from tests.factories import make_product
from tests.inventory.holding import figures
from tests.orders.bank_books import disagreements
from tests.orders.buying import ADA, JUN, buy, fill_in, put
from tests.orders.test_whole_way import Guest, to_payment
from tests.security.test_login import csrf_of
from tests.support.redis_server import open_redis

PAYMENT = "/checkout/payment"
on_postgres = pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
def guest(app):
    return come_in(app)


def come_in(app):
    make_product(sku="CUP", slug="cup", stock=9, price=2400, threshold=0)
    guest = Guest(app.test_client())
    to_payment(guest)
    return guest


def fill_form(guest):
    """The payment's form, once: what a browser sends again when its first try was lost."""
    page = guest.get(PAYMENT)
    hidden = dict(re.findall(r'<input type="hidden" name="(total)" value="(\d+)"', page))
    key = re.search(r'name="key" value="(\w+)"', page).group(1)
    return {"csrf_token": csrf_of(guest.client, PAYMENT), "key": key, "card": "4242 4242 4242 4242", **hidden}


def is_told_to_come_again(answer):
    return answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0


def assert_paid_once(answer):
    assert (answer.status_code, answer.headers["Location"].startswith("/orders/")) == (303, True)
    db.session.rollback()
    assert db.session.scalars(sa.select(Order.status)).all() == ["paid"]
    assert db.session.scalars(sa.select(Payment.status)).all() == ["authorised"]
    assert figures("CUP") == (9, 2, 7)
    assert (disagreements(), [finding.wrong for finding in verify()]) == ([], [])


def test_without_redis_an_order_is_paid_and_told_of_once_it_is_back(make_app, monkeypatch):
    monkeypatch.setattr(redis, "PAUSE_S", 0)
    with open_redis() as server:
        app = make_app(REDIS_URL=server.url)
        with app.app_context():
            guest = come_in(app)
            server.kill()
            answer = guest.client.post(PAYMENT, data=fill_form(guest))
            assert guest.get(answer.headers["Location"])
            server.start()
            server.client.flushall()
            db.session.execute(sa.update(OutboxEvent).values(next_try_at=0))
            db.session.commit()
            while outbox.sweep():
                pass

            assert_paid_once(answer)
            waiting = sa.select(OutboxEvent.topic).where(OutboxEvent.published_at.is_(None))
            assert set(db.session.scalars(waiting)) <= {"job"}  # no worker runs


@on_postgres
def test_a_connection_cut_while_the_order_becomes_paid_costs_nothing_but_a_second_try(
    guest, monkeypatch, database_url
):
    finish = payments.finish

    def cut_then_finish(*args):
        monkeypatch.setattr(payments, "finish", finish)
        pid = db.session.scalar(sa.text("SELECT pg_backend_pid()"))
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])
        finish(*args)

    monkeypatch.setattr(payments, "finish", cut_then_finish)
    form = fill_form(guest)

    assert is_told_to_come_again(guest.client.post(PAYMENT, data=form))
    assert_paid_once(guest.client.post(PAYMENT, data=form))


def test_a_database_that_is_locked_while_somebody_pays_costs_nothing_but_a_second_try(guest, database_url):
    form = fill_form(guest)
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert is_told_to_come_again(guest.client.post(PAYMENT, data=form))
    other.execute("ROLLBACK")
    other.close()

    assert_paid_once(guest.client.post(PAYMENT, data=form))


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_wrong_clock_of_the_app_ends_no_checkout(any_app, monkeypatch, hours):
    make_product(sku="CUP", stock=5, threshold=0)
    put(JUN, CUP=1)
    right_ns, wrong = time.time_ns, hours * 3_600
    with monkeypatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: right_ns() + wrong * 10**9)
        patch.setattr(time, "time", lambda: right_ns() / 1e9 + wrong)
        open_order = fill_in(JUN)

        assert buy(ADA, CUP=2).status == "paid"
        assert fulfilment.expire_orders() == 0
        assert queries.get_order(open_order.number).status == "checkout"
    assert figures("CUP") == (5, 3, 2)
