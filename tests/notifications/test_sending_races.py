"""What goes wrong between a claim and its result: newer news, lost workers, strange answers, a database that is busy."""

import time
from threading import Event

import pytest
import sqlalchemy as sa

from app.core import schedule
from app.core.database import db, now_ms, transaction
from app.core.errors import DatabaseBusy
from app.core.jobs import queue_of
from app.notifications.delivery import claims, drain, results, waking
from app.notifications.delivery.outcomes import Answer as Said
from app.notifications.delivery.outcomes import Outcome
from app.notifications.models import Delivery, Subscription
from tests.notifications.devices import Browser, subscribe
from tests.notifications.push_service import Answer, open_service
from tests.notifications.sending import configure, delivery, device, set_due, state
from tests.notifications.telling import ADA, find, register, tell

UNAVAILABLE = Outcome("retry", "unavailable", is_error=True)


def lose_lease():
    with transaction():
        db.session.execute(sa.update(Delivery).values(lease_until=now_ms() - 1))
    claims.give_back_lost()


def write(claimed, outcome, status=500):
    with transaction():
        results.write([drain.result_of(claimed, outcome, Said(status, {}))])


def test_too_large_twice_is_given_up_and_the_device_is_kept(sender, service, phone):
    service.answer(Answer(413), always=True)
    tell()

    drain.drain()

    assert (len(service.got), state()) == (2, ("failed", "too_large"))
    assert (device().status, device().errors) == ("active", 0)


def test_an_answer_of_signs_that_no_database_takes_is_noted(sender, service, phone):
    service.answer(Answer(500, body=b"a\x00b\xff\r\nc"))
    tell()

    drain.drain()

    assert state() == ("retry", "unavailable")
    assert delivery().last_error.startswith("ab")


def test_an_answer_whose_words_drip_is_taken_by_its_status(sender, service, phone):
    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n")
        with pytest.raises(OSError):
            for _ in range(100):
                handler.wfile.write(b"x")
                time.sleep(0.1)

    service.answer(Answer(body=drip))
    tell()

    begun = time.monotonic()
    drain.drain()

    assert time.monotonic() - begun < 5
    assert state() == ("accepted", "")


def test_a_question_that_fails_keeps_nobody_else_waiting(sender, service, phone):
    def is_relevant(_about, facts):
        if facts["count"] == 13:
            db.session.execute(sa.text("SELECT nonsense"))
        return True

    register(sender, is_relevant=is_relevant)
    tell(count=13), tell()

    drain.drain()

    told = dict(db.session.execute(sa.select(Delivery.state, Delivery.reason)).all())
    assert told == {"accepted": "", "retry": "broken"}


def test_what_was_under_way_when_there_was_newer_is_not_tried_again(sender, service, phone):
    tell(about="parcel:1")
    (claimed,) = claims.claim("me", 10, [])
    tell(about="parcel:1")

    write(claimed, UNAVAILABLE)

    first = db.session.get(Delivery, claimed.delivery.id, populate_existing=True)
    assert (first.state, first.reason) == ("suppressed", "superseded")
    assert state() == ("pending", "")


def test_what_a_worker_lost_when_there_was_newer_is_not_tried_again(sender, service, phone):
    tell(about="parcel:1")
    (claimed,) = claims.claim("me", 10, [])
    tell(about="parcel:1")

    lose_lease()

    assert db.session.get(Delivery, claimed.delivery.id, populate_existing=True).state == "suppressed"


def test_a_push_that_its_workers_die_of_is_given_up(sender, service, phone):
    tell()
    for _ in range(4):
        assert state()[0] in ("pending", "retry")
        claims.claim("me", 10, [])
        lose_lease()

    assert state() == ("failed", "lost")


def test_who_lost_the_lease_to_another_writes_nothing(sender, service, phone):
    tell()
    (mine,) = claims.claim("me", 10, [])
    lose_lease()
    (theirs,) = claims.claim("another", 10, [])

    write(mine, Outcome("failed", "http_400"))
    assert state()[0] == "sending"
    write(theirs, Outcome("accepted"), 201)

    assert state() == ("accepted", "")


def test_one_refusal_while_all_others_are_still_under_way_blames_no_device(sender, service):
    for n in range(6):
        subscribe(f"visitor:{n}", Browser(service.url))
        tell(f"visitor:{n}")
    first, *others = claims.claim("me", 10, [])

    write(first, Outcome("failed", "auth"), 401)
    for each in others:
        write(each, Outcome("failed", "auth"), 401)

    assert set(db.session.scalars(sa.select(Subscription.status))) == {"active"}
    assert set(db.session.scalars(sa.select(Delivery.state))) == {"retry"}


def test_results_that_a_busy_database_does_not_take_are_written_later(sender, service, phone, monkeypatch):
    tell()
    real, fails = results.write, iter([True])

    def busy(done):
        if next(fails, False):
            raise DatabaseBusy()
        real(done)

    monkeypatch.setattr(results, "write", busy)
    monkeypatch.setattr(drain, "WRITE_AT", 1)
    drain.drain()

    assert (len(service.got), state()) == (1, ("accepted", ""))


def test_an_urgent_push_does_not_wait_for_a_promotion_that_hangs(sender, service, monkeypatch):
    monkeypatch.setattr(drain, "BULK_S", 0.2)
    arrived = Event()
    with open_service() as hanging:
        configure(sender, PUSH_EXTRA_ORIGINS=(service.url, hanging.url))
        hanging.answer(Answer(body=lambda _: arrived.wait(8)), always=True)
        service.answer(Answer(body=lambda handler: (arrived.set(), answer(handler))), always=True)
        subscribe("visitor:slow", Browser(hanging.url))
        subscribe(ADA, Browser(service.url))
        register(sender, lane="bulk")
        tell("visitor:slow")
        register(sender, lane="now")
        tell(ADA)
        with transaction():  # due only when the promotion is under way
            urgent = Delivery.lane == "now"
            db.session.execute(sa.update(Delivery).where(urgent).values(next_try_at=now_ms() + 700))

        begun = time.monotonic()
        drain.drain()

    assert arrived.is_set() and time.monotonic() - begun < 6


def answer(handler):
    handler.wfile.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize("hindrance", ["off", "sending"])
def test_the_clock_wakes_nobody_for_nothing(sender, service, phone, redis, hindrance):
    tell()
    redis.flushall()
    if hindrance == "off":
        configure(sender, PUSH_ENABLE_WEB_PUSH=False)
    else:
        schedule.hold_lease(waking.LEASE, "somebody")

    waking.look()

    assert not queue_of(redis, "critical").get_job_ids()


def test_the_clock_wakes_whoever_sends_for_what_is_due(sender, service, phone, redis):
    find(tell())
    redis.flushall()
    set_due()

    waking.look()

    assert len(queue_of(redis, "critical").get_job_ids()) == 1


def test_what_is_told_at_the_very_end_of_a_run_does_not_wait_for_the_clock(
    sender, service, phone, monkeypatch
):
    tell()
    real, late = schedule.give_back_lease, iter([True])

    def give_back(*lease):
        if next(late, False):
            tell()
        real(*lease)

    monkeypatch.setattr(schedule, "give_back_lease", give_back)

    assert drain.drain() == 2
    assert len(service.got) == 2
