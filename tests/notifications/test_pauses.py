"""Push services that refuse, and devices that fail: who is left alone, and who is given up."""

import pytest
import sqlalchemy as sa

from app.core.database import db, read_now, transaction
from app.notifications.delivery import drain, pauses, results
from app.notifications.models import Delivery, PushService, Subscription
from tests.notifications.devices import Browser, subscribe
from tests.notifications.push_service import Answer
from tests.notifications.sending import device, set_device, set_due
from tests.notifications.telling import tell

DAY_MS = 24 * 3600_000


def test_a_service_that_refuses_the_shop_is_left_alone_and_keeps_all_its_devices(sender, service):
    people = [f"visitor:{n}" for n in range(6)]
    for person in people:
        subscribe(person, Browser(service.url))
        tell(person)
    service.answer(Answer(401), always=True)

    drain.drain()

    counted = sa.select(Subscription.status, sa.func.count()).group_by(Subscription.status)
    assert dict(db.session.execute(counted).all()) == {"active": 6}
    states = set(db.session.execute(sa.select(Delivery.state, Delivery.attempts)).all())
    assert states == {("retry", 0)}
    assert db.session.scalars(sa.select(PushService)).one().reason == "auth"
    service.answer()
    set_due()
    assert drain.drain() == 6


def test_one_refused_among_many_that_are_well_has_to_subscribe_again(sender, service):
    people = [f"visitor:{n}" for n in range(6)]
    for person in people:
        subscribe(person, Browser(service.url))
        tell(person)
    service.answer(Answer(401))

    drain.drain()

    counted = sa.select(Subscription.status, sa.func.count()).group_by(Subscription.status)
    assert dict(db.session.execute(counted).all()) == {"active": 5, "needs_resubscribe": 1}


def test_failures_over_more_than_a_day_end_a_device(sender, service, phone):
    service.answer(Answer(400), always=True)
    set_device(errors=2, first_error_at=read_now() - DAY_MS - 60_000, last_success_at=1)
    tell()

    drain.drain()

    assert device().status == "gone"


def test_a_success_makes_up_for_all_failures(sender, service, phone):
    set_device(errors=9, first_error_at=1)
    tell()

    drain.drain()

    assert (device().status, device().errors, device().first_error_at) == ("active", 0, None)


def test_who_never_took_one_push_in_ten_is_given_up(sender, service, phone):
    service.answer(Answer(400), always=True)
    set_device(errors=results.NEVER_ANY - 1, first_error_at=read_now())
    tell()

    drain.drain()

    assert device().status == "gone"


@pytest.mark.parametrize(
    "outage", [Answer(503, {"Retry-After": "1"}), Answer(body=lambda handler: handler.connection.close())]
)
def test_a_service_that_is_down_costs_no_new_device(sender, service, phone, outage):
    service.answer(outage, always=True)
    set_device(errors=results.NEVER_ANY - 1, first_error_at=read_now())
    tell()

    drain.drain()

    assert (device().status, device().errors) == ("active", results.NEVER_ANY - 1)


def test_a_pause_is_not_made_shorter_by_another(sender):
    with transaction():
        pauses.pause("https://a.example", 100, "throttled")
        pauses.pause("https://a.example", 1, "throttled")

    paused = db.session.scalars(sa.select(PushService)).one()
    assert paused.paused_until - read_now() > 90_000
