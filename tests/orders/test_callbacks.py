"""What the bank tells by itself: signed, repeated, late, out of order."""

import time

import pytest

from app.orders.providers import NoPayments, current_provider
from app.orders.providers.practice import ANSWERS_LATE, SIGNATURE
from tests.factories import make_product
from tests.orders.buying import ADA, buy, status
from tests.orders.test_paying import reference_of

URL = "/api/payments/practice/callback"


def test_a_callback_pays_and_its_repetition_is_taken_without_effect(any_app):
    make_product(sku="CUP", stock=3)
    order = buy(ADA, ANSWERS_LATE, CUP=1)
    client = any_app.test_client()
    body = f'{{"event": "e1", "reference": "{reference_of(order)}", "status": "authorised"}}'.encode()
    headers = {SIGNATURE: current_provider().sign(body, int(time.time())), "Content-Type": "application/json"}

    answers = [client.post(URL, data=body, headers=headers) for _ in range(3)]

    assert [answer.json for answer in answers] == [{"taken": True}] * 3
    assert status(order) == "paid"


@pytest.mark.parametrize(
    ("path", "signature", "code"),
    [(URL, "", 403), (URL, "0" * 64, 403), ("/api/payments/x/callback", "", 404)],
)
def test_nobody_else_can_say_that_it_is_paid(any_app, path, signature, code):
    make_product(sku="CUP", stock=3)
    order = buy(ADA, ANSWERS_LATE, CUP=1)
    body = f'{{"event": "e1", "reference": "{reference_of(order)}", "status": "authorised"}}'

    assert any_app.test_client().post(path, data=body, headers={SIGNATURE: signature}).status_code == code
    assert status(order) == "payment_pending"


def test_production_never_practises_by_accident(make_app):
    app = make_app(APP_ENV="production", PUBLIC_URL="https://shop.example")
    with app.app_context():
        make_product(sku="CUP", stock=3)

        with pytest.raises(NoPayments):
            buy(ADA, CUP=1)
