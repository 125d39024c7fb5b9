"""The way of an order as its shopper reads it."""

import pytest

from app.orders.models import Order, OrderEvent
from app.orders.progress import list_steps


def steps(*statuses):
    events = [OrderEvent(status=status, at=at) for at, status in enumerate(statuses, start=1)]
    return list_steps(Order(status=statuses[-1]), events[::-1])


def names(*statuses):
    return [("+" if step.at is None else "") + step.status for step in steps(*statuses)]


@pytest.mark.parametrize(
    ("happened", "shown"),
    [
        (
            ["checkout", "payment_pending"],
            ["payment_pending", "+paid", "+processing", "+shipped", "+delivered"],
        ),
        (["checkout", "payment_pending", "paid"], ["paid", "+processing", "+shipped", "+delivered"]),
        (["paid", "processing", "shipped"], ["paid", "processing", "shipped", "+delivered"]),
        (["paid", "cancelled", "cancelled"], ["paid", "cancelled"]),
        (["expired", "payment_pending", "stock_review"], ["stock_review"]),
        (["expired", "paid"], ["paid", "+processing", "+shipped", "+delivered"]),
    ],
)
def test_what_happened_and_what_comes_next(happened, shown):
    assert names(*happened) == shown


def test_a_declined_card_leaves_no_trace_for_the_shopper():
    assert names("checkout", "payment_pending", "checkout", "payment_pending", "paid")[0] == "paid"


def test_what_came_back_in_part_is_a_step_of_its_own():
    shown = steps("paid", "processing", "shipped", "delivered", "delivered")

    assert [step.is_part for step in shown] == [False, False, False, False, True]
