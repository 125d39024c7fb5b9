"""Sending what is due, to a push service that listens: what it gets, and what becomes of each answer."""

import json
import time

import pytest
import sqlalchemy as sa

from app.core.database import db, read_now, transaction
from app.notifications.choices import preferences
from app.notifications.delivery import drain, payload
from app.notifications.devices import subscriptions
from app.notifications.figures.tokens import read_token
from app.notifications.inbox import inbox
from app.notifications.keys import vapid
from app.notifications.models import Delivery, PushService, Subscription
from tests.notifications.devices import Browser, subscribe
from tests.notifications.push_service import Answer
from tests.notifications.sending import configure, delivery, device, set_due, state
from tests.notifications.telling import ADA, find, register, tell
from tests.notifications.test_keys import claims_of


def test_the_browser_can_read_it_and_the_service_knows_who_sent_it(sender, service, phone):
    told = find(tell(about="parcel:1"))

    assert drain.drain() == 1

    (got,) = service.got
    said = got.read(phone)
    shown = said["notification"]
    assert said["web_push"] == 8030
    assert (shown["title"], shown["body"]) == (told.title, told.body)
    assert shown["app_badge"] == "1"
    assert shown["actions"][0]["title"] == "Track it"
    base, _, token = shown["navigate"].partition("/n/")
    assert (base, read_token(token)) == ("http://localhost:3001", (delivery().public_id, ""))
    headers = got.headers
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["Content-Type"] == "application/octet-stream"
    assert (headers["Urgency"], headers["Topic"]) == ("high", payload.topic_of("parcels", "parcel:1"))
    assert 24 * 3600 - 60 < int(headers["TTL"]) <= 24 * 3600
    key, _, jwt = claims_of(headers["Authorization"])
    assert key == vapid.active_key().public
    assert jwt["aud"] == service.url and jwt["exp"] - time.time() < 24 * 3600
    assert state() == ("accepted", "")
    assert delivery().accepted_at and delivery().latency_ms is not None
    assert device().last_success_at


def test_a_device_is_sent_to_with_the_key_that_it_has(sender, service, phone):
    old = vapid.active_key().public
    vapid.rotate_key()
    tell()

    drain.drain()

    assert claims_of(service.got[0].headers["Authorization"])[0] == old


def test_a_failure_is_tried_three_times_more(sender, service, phone):
    service.answer(Answer(500, body=b"no"), always=True)
    tell()

    for tries in range(1, 5):
        drain.drain()
        assert delivery().attempts == tries
        assert state() == (("retry", "unavailable") if tries < 4 else ("failed", "unavailable"))
        set_due()

    assert drain.drain() == 0
    assert len(service.got) == 4
    assert (delivery().last_status, delivery().last_error, device().errors) == (500, "no", 4)


def test_each_pause_is_about_twice_as_long(sender, service, phone):
    configure(sender, PUSH_RETRY_DELAY=10_000)
    service.answer(Answer(500), always=True)
    tell()

    for least, most in ((5_000, 10_000), (10_000, 20_000), (20_000, 40_000)):
        before = read_now()
        drain.drain()
        assert least <= delivery().next_try_at - before <= most + 5_000
        set_due()


def test_a_service_that_asks_for_a_pause_gets_it_and_no_try_is_lost(sender, service, phone):
    service.answer(Answer(429, {"Retry-After": "100"}))
    tell()
    drain.drain()
    tell()

    assert drain.drain() == 0

    assert len(service.got) == 1
    paused = db.session.scalars(sa.select(PushService)).one()
    assert 100_000 - 5_000 < paused.paused_until - read_now() <= 120_000
    first = db.session.scalars(sa.select(Delivery).order_by(Delivery.id)).first()
    assert (first.state, first.attempts) == ("retry", 0)
    set_due()
    assert drain.drain() == 2


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_gets_nothing_more(sender, service, phone, status):
    service.answer(Answer(status))
    tell()
    drain.drain()

    assert state() == ("gone", "gone")
    assert device().status == "gone"
    tell()
    assert drain.drain() == 0


def test_a_redirect_is_not_followed(sender, service, phone):
    service.answer(Answer(307, {"Location": f"{service.url}/elsewhere"}))
    tell()

    drain.drain()

    assert len(service.got) == 1
    assert state() == ("failed", "redirect")


def test_too_large_is_sent_once_more_and_shorter(sender, service, phone):
    service.answer(Answer(413), Answer(201))
    tell()

    drain.drain()

    first, second = (got.read(phone)["notification"] for got in service.got)
    assert "actions" in first and "actions" not in second
    assert state() == ("accepted", "")


def test_an_endless_answer_and_a_slow_one_hold_up_nobody(sender, service, phone, monkeypatch):
    def flood(handler):
        handler.wfile.write(b"HTTP/1.1 201 Created\r\nContent-Length: 200000000\r\n\r\n")
        with pytest.raises(OSError):
            for _ in range(2_000):
                handler.wfile.write(b"x" * 100_000)

    service.answer(Answer(body=flood))
    tell()

    begun = time.monotonic()
    drain.drain()

    assert time.monotonic() - begun < 8
    assert state() == ("accepted", "")


def test_a_connection_that_is_cut_is_tried_again(sender, service, phone):
    service.answer(Answer(body=lambda handler: handler.connection.close()))
    tell()

    drain.drain()

    assert state() == ("retry", "unreachable")


def test_keys_that_cannot_work_end_that_device_and_no_other(sender, service, phone):
    other = Browser(service.url)
    subscribe("visitor:kim", other)
    with transaction():
        db.session.execute(sa.update(Subscription).where(Subscription.subject == ADA).values(p256dh="broken"))
    tell(), tell("visitor:kim")

    drain.drain()

    found = dict(db.session.execute(sa.select(Subscription.subject, Subscription.status)).all())
    assert found == {ADA: "invalid", "visitor:kim": "active"}
    assert len(service.got) == 1


def test_an_address_that_is_no_longer_allowed_is_not_called(sender, service, phone):
    tell()
    configure(sender, PUSH_EXTRA_ORIGINS=())

    drain.drain()

    assert not service.got
    assert state() == ("failed", "blocked")
    assert device().status == "blocked"


@pytest.mark.parametrize("loss", ["read", "unwanted", "irrelevant", "expired", "device_gone"])
def test_what_says_nothing_any_more_is_not_sent(sender, service, phone, loss):
    told = tell()
    if loss == "irrelevant":
        register(sender, is_relevant=lambda _about, facts: facts["count"] != 2)
    with transaction():
        if loss == "read":
            inbox.mark_read(ADA, told)
        elif loss == "unwanted":
            preferences.set_preference(ADA, "parcels", "push", False, "settings")
        elif loss == "expired":
            find(told).expires_at = read_now() - 1
        elif loss == "device_gone":
            subscriptions.unsubscribe(ADA, device().public_id)

    drain.drain()

    assert not service.got
    assert state() == (("expired" if loss == "expired" else "suppressed"), loss)


def test_what_is_sent_is_never_more_than_three_thousand_bytes(app):
    push = payload.Push("a" * 32, "ß" * 120, "👩\u200d🚀" * 160, "/n/x", "t" * 32, "en", "parcels", 3)

    whole, compact = (
        payload.compose(push, "https://shop.example", is_compact=each) for each in (False, True)
    )

    assert len(compact) < len(whole) <= 3_000
    assert json.loads(whole)["notification"]["title"] == "ß" * 120
    assert json.loads(compact)["notification"]["body"].endswith("…")
