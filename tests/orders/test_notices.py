"""What shoppers are told of their orders: each step once, by one mail at most, and only who ordered."""

import pytest
import sqlalchemy as sa

from app.core.database import db, read_now, transaction
from app.core.mail import Mail
from app.core.outbox import Announcement
from app.notifications.choices import quiet
from app.notifications.mailing import fallback
from app.orders import fulfilment, notices, payments, queries, reviews
from app.orders.models import OrderEvent, Payment
from app.orders.providers import Outcome
from app.orders.providers.practice import ANSWERS_LATE
from tests.factories import make_product
from tests.notifications.devices import subscribe
from tests.notifications.heard import heard, is_relevant, pushes, titles, unread
from tests.orders.buying import ADA, act, buy, buy_too_late, process


@pytest.fixture
def order(any_app):
    make_product(sku="CUP", stock=10, price=2400)
    return buy(ADA, CUP=3)


def hear_again(order):
    event = Announcement(1, "order_changed", order.number, order.version)
    for _ in range(2):
        notices.order_changed(event)


def mails():
    db.session.rollback()
    return db.session.scalars(sa.select(Mail.subject).order_by(Mail.id)).all()


def own_mails():
    """Which of what was said has a mail of its own, so that none goes from the notifications."""
    return [each.email_state == "none" for each in heard()]


def test_each_step_is_told_to_whoever_ordered_and_settles_the_one_before(order):
    process(order)
    act(fulfilment.ship_order, order, "staff")
    act(fulfilment.deliver_order, order, "staff")

    said = [f"Order {order.number} {step}" for step in ("is paid", "is being packed", "is ready to pick up")]
    assert titles() == [*said, f"Order {order.number} was picked up"]
    assert {each.subject for each in heard()} == {"visitor:ada"}
    assert unread() == [f"Order {order.number} was picked up"]


def test_what_is_sent_is_on_its_way(any_app):
    make_product(sku="CUP", stock=1)
    order = buy(ADA, CUP=1)
    with transaction():
        queries.get_order(order.number).delivery = "parcel"
    process(order)
    act(fulfilment.ship_order, order, "staff")
    act(fulfilment.deliver_order, order, "staff")

    assert titles()[-2:] == [f"Order {order.number} is on its way", f"Order {order.number} has arrived"]
    assert heard()[-2].body == "1 piece left our studio."


def test_whoever_opens_the_order_needs_not_be_told_of_it_any_more(order, client):
    with client.session_transaction() as browser:
        browser["visitor"] = ADA.owner.removeprefix("visitor:")
    page = f"/orders/{order.number}"

    client.get(page)
    client.get(page, headers={"Sec-Fetch-Mode": "navigate", "Sec-Purpose": "prefetch"})
    assert unread() == [f"Order {order.number} is paid"]
    client.get(page, headers={"Sec-Fetch-Mode": "navigate"})

    assert unread() == []


def test_somebody_else_with_its_link_reads_for_nobody(order, client):
    client.get(f"/orders/{order.number}?token={order.token}", headers={"Sec-Fetch-Mode": "navigate"})

    assert unread() == [f"Order {order.number} is paid"]


def test_an_event_that_comes_again_tells_nothing_and_settles_nothing(order):
    hear_again(order)

    assert unread() == [f"Order {order.number} is paid"]


def test_of_two_deliveries_that_cross_the_newer_step_stays(order, monkeypatch):
    """The order is sent just when the delivery of its packing has read it."""
    find_step = notices.find_step

    def send_first(*read):
        monkeypatch.setattr(notices, "find_step", find_step)
        act(fulfilment.ship_order, order, "staff")
        return find_step(*read)

    monkeypatch.setattr(notices, "find_step", send_first)
    process(order)

    assert unread() == [f"Order {order.number} is ready to pick up"]


def test_the_link_opens_the_order_without_an_account(order, any_app):
    answer = any_app.test_client().get(heard()[0].url)

    assert answer.status_code == 200
    assert order.number in answer.text


def test_an_occasion_has_one_mail_its_own_or_one_behind_the_push(order):
    """The receipt says more than a fallback could; of a parcel nothing else is mailed."""
    process(order)
    act(fulfilment.cancel_order, order, "staff")

    assert mails() == [f"Your order {order.number}", f"Your order {order.number} is cancelled"]
    assert own_mails() == [True, False, True]


def test_a_step_that_is_over_is_mailed_no_more(order):
    process(order)
    act(fulfilment.ship_order, order, "staff")

    assert [each.email_state for each in heard()] == ["none", "skipped", "due"]


def test_a_guest_is_mailed_where_the_receipt_went_and_nobody_else_is(order):
    about = f"order:{order.number}"

    assert notices.find_address("visitor:ada", about) == "ada@example.test"
    assert notices.find_address("visitor:jun", about) is None
    assert notices.find_address("visitor:ada", "order:K-0") is None


def test_who_looks_at_nothing_is_mailed_of_each_step_once(order):
    """The receipt is there already; a parcel that is packed is mailed behind the push that nobody got."""
    process(order)
    sent = [fallback.send_due(), fallback.send_due()]

    assert (sent, mails()) == (
        [1, 0],
        [f"Your order {order.number}", f"Order {order.number} is being packed"],
    )


def test_what_comes_back_says_that_the_money_does_each_time(order):
    process(order)
    act(fulfilment.ship_order, order, "staff")
    act(fulfilment.return_line, order, "CUP", 1, restock=True, actor="staff")
    act(fulfilment.return_line, order, "CUP", 2, restock=True, actor="staff")

    assert titles()[-2:] == [f"Money for order {order.number} is on its way back"] * 2


def test_an_order_that_came_too_late_asks_its_shopper_to_decide(any_app):
    order = buy_too_late()
    act(reviews.backorder_order, order, "staff")

    assert titles("visitor:ada") == [
        f"We are looking into order {order.number}",
        f"Order {order.number} waits for the next batch",
    ]
    assert own_mails()[-2:] == [True, True]


def decline_later(seconds):
    make_product(sku="CUP", stock=2)
    order = buy(ADA, ANSWERS_LATE, CUP=1)
    with transaction():
        db.session.execute(sa.update(OrderEvent).values(at=OrderEvent.at - seconds * 1000))
    payments.settle(db.session.scalar(sa.select(Payment.reference)), Outcome("declined", "No money"))
    return order


def test_a_card_that_is_declined_when_nobody_looks_any_more_is_told(any_app):
    order = decline_later(40)

    assert titles() == [f"Your payment for order {order.number} did not go through"]
    assert heard()[0].url == "/checkout"


def test_a_card_that_is_declined_at_once_is_said_on_the_page_alone(any_app):
    decline_later(1)

    assert titles() == []


def test_what_was_never_paid_is_no_news_when_it_ends(any_app):
    make_product(sku="CUP", stock=2)
    order = buy(ADA, ANSWERS_LATE, CUP=1)
    act(fulfilment.cancel_order, order, "visitor:ada")

    assert titles() == []


def test_what_is_still_to_be_sent_is_replaced_and_not_sent_when_it_is_over(order):
    subscribe("visitor:ada")
    process(order)
    packed = heard()[-1]
    assert is_relevant(packed)

    act(fulfilment.ship_order, order, "staff")

    assert not is_relevant(packed)
    assert [state for _, state in pushes()] == ["suppressed", "pending"]


def test_quiet_hours_do_not_hold_it_back(order):
    until = read_now() + 3_600_000
    with transaction():
        quiet.set_pause("visitor:ada", until)
    process(order)

    assert heard()[-1].not_before == heard()[-1].created_at


def test_an_order_that_is_not_there_is_no_news(any_app):
    notices.order_changed(Announcement(1, "order_changed", "K-0", 1))

    assert titles() == []
