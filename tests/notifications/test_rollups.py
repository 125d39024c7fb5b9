"""Counts by the hour: each thing once, the same however often it is counted, and kept when what they count is gone."""

import pytest
import sqlalchemy as sa

from app.core.database import db, read_now, transaction
from app.notifications.figures import health, queries, rollups
from app.notifications.figures.collecting import HOUR_MS, Span
from app.notifications.figures.health import read_health
from app.notifications.models import Delivery, DeliveryHour, Notification, PushService, Subscription
from tests.notifications.devices import Browser, subscribe
from tests.notifications.telling import ADA, register, tell

FCM = "https://fcm.googleapis.com"
MOZILLA = "https://updates.push.services.mozilla.com"


@pytest.fixture
def sender(any_app):
    register(any_app)
    return any_app


def send(count=1, *, hours_ago=1, service=FCM, **values):
    """Deliveries of one notification each, that ended so many hours ago."""
    moment = rollups.begin_of_hour(read_now()) - hours_ago * HOUR_MS
    values = {"state": "accepted", "last_try_at": moment, "created_at": moment - 500} | values
    for number in range(count):
        subject = f"visitor:{service.split(chr(46))[1]}{number}"
        if not db.session.scalar(sa.select(Subscription.id).where(Subscription.subject == subject)):
            subscribe(subject, Browser(service))
        tell(subject)
        newest = sa.select(sa.func.max(Delivery.id)).scalar_subquery()
        with transaction():
            db.session.execute(sa.update(Delivery).where(Delivery.id == newest).values(values))


def stored():
    db.session.expire_all()
    rows = db.session.execute(
        sa.select(DeliveryHour.figure, sa.func.sum(DeliveryHour.count))
        .where(DeliveryHour.category == "parcels")
        .group_by(DeliveryHour.figure)
    )
    return {figure: int(count) for figure, count in rows}


def set_all(model, **values):
    with transaction():
        db.session.execute(sa.update(model).values(values))


def test_each_end_counts_once_by_what_it_was(sender):
    send(4)
    send(1, state="gone", reason="gone")
    send(2, state="failed", reason="http_400")
    send(1, state="suppressed", reason="read")
    send(1, state="expired", reason="expired")
    send(1, state="retry", reason="unavailable")

    rollups.roll_up()

    assert stored() == {
        "attempted": 7,
        "accepted": 4,
        "gone": 1,
        "failed:http_400": 2,
        "suppressed:read": 1,
        "suppressed:expired": 1,
    }


def test_they_are_the_same_however_often_they_are_counted(sender):
    send(3)
    rollups.roll_up()
    once = stored()

    rollups.roll_up()

    assert stored() == once == {"attempted": 3, "accepted": 3}


def test_the_hour_that_runs_is_not_final(sender):
    send(2, hours_ago=0)
    send(1, hours_ago=2)

    rollups.roll_up()

    assert stored() == {"attempted": 1, "accepted": 1}
    assert queries.read_report(7).whole["accepted"] == 3


def test_what_happens_later_comes_into_its_own_hour(sender):
    send(1, hours_ago=5)
    rollups.roll_up()
    set_all(Delivery, displayed_at=read_now() - 2 * HOUR_MS, clicked_at=read_now() - HOUR_MS)

    rollups.roll_up()

    hours = dict(db.session.execute(sa.select(DeliveryHour.figure, DeliveryHour.hour)).all())
    running = rollups.begin_of_hour(read_now())
    assert hours["accepted"] == running - 5 * HOUR_MS
    assert (hours["displayed"], hours["clicked"]) == (running - 2 * HOUR_MS, running - HOUR_MS)


def test_old_deliveries_are_deleted_once_they_are_counted(sender):
    send(2, hours_ago=91 * 24)
    send(1, hours_ago=80 * 24)

    rollups.roll_up()
    rollups.roll_up()

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 1
    assert stored() == {"attempted": 3, "accepted": 3}


def test_mails_and_devices_are_counted_too(sender):
    hour = read_now() - HOUR_MS
    subscribe(ADA), subscribe(ADA), subscribe("visitor:kim"), subscribe("visitor:kim")
    tell()
    set_all(Notification, emailed_at=hour, email_state="sent")
    set_all(Subscription, created_at=hour - HOUR_MS)
    ids = db.session.scalars(sa.select(Subscription.id).order_by(Subscription.id)).all()
    with transaction():
        for each, status in zip(ids, ("unsubscribed", "gone"), strict=False):
            ended = sa.update(Subscription).where(Subscription.id == each)
            db.session.execute(ended.values(status=status, ended_at=hour))

    rollups.roll_up()

    whole = queries.read_report(7).whole
    assert (whole["emailed"], whole["subscribed"], whole["unsubscribed"]) == (1, 4, 1)
    assert whole.reasons("ended") == {"gone": 1}
    assert whole.growth == 2


def test_the_report_tells_success_and_what_stands_beside_it(sender):
    send(8, displayed_at=read_now())
    send(2, state="gone", reason="gone")
    send(2, state="failed", reason="http_400", service=MOZILLA)
    rollups.roll_up()

    report = queries.read_report(30)

    whole = report.whole
    assert (whole["attempted"], whole["accepted"], whole["gone"], whole.failed) == (12, 8, 2, 2)
    assert whole.success == 0.8
    assert whole.accepted_share == 8 / 12
    assert whole.displayed_share == 1.0
    assert report.by_category["parcels"].success == 0.8
    assert report.by_template["parcel_sent"]["accepted"] == 8
    assert report.by_service["Google"].success == 1.0
    assert report.by_service["Mozilla"].reasons("failed") == {"http_400": 2}
    assert sum(day["accepted"] for day in report.by_day.values()) == 8
    assert len(report.by_day) == 30


def test_days_say_how_many_devices_there_were(sender):
    now = read_now()
    subscribe(ADA), subscribe(ADA), subscribe("visitor:kim")
    ids = db.session.scalars(sa.select(Subscription.id).order_by(Subscription.id)).all()
    with transaction():
        for each, days in zip(ids, (3, 2, 0), strict=True):
            made = sa.update(Subscription).where(Subscription.id == each)
            db.session.execute(made.values(created_at=now - days * 24 * HOUR_MS))

    assert list(queries.read_report(5).devices.values())[1:] == [1, 2, 2, 3]


def test_nothing_at_all_is_no_mistake(sender):
    rollups.roll_up()

    report = queries.read_report(7)
    assert report.whole.success is None
    assert read_health() == []


def test_without_analytics_nothing_is_counted_and_old_ones_go_all_the_same(make_app):
    app = make_app(PUSH_ENABLE_ANALYTICS="false")
    with app.app_context():
        register(app)
        send(1, hours_ago=91 * 24), send(1)

        rollups.roll_up()

        assert stored() == {}
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 1


def test_the_board_tells_how_each_service_does(sender):
    now = read_now()
    send(9, last_try_at=now, latency_ms=80)
    send(1, last_try_at=now, latency_ms=900)
    send(1, last_try_at=now, state="retry", reason="throttled")
    send(3, hours_ago=3)
    send(1, last_try_at=now, state="failed", reason="auth", service=MOZILLA)
    with transaction():
        row = PushService(origin=FCM, paused_until=now + 60_000, reason="throttled", updated_at=now)
        db.session.add(row)

    google, mozilla = read_health()

    assert (google.origin, google.devices, google.accepted, google.waiting) == (FCM, 9, 10, 1)
    assert google.failures == {"throttled": 1}
    assert (google.p50, google.p95) == (80, 900)
    assert (google.paused_until, google.pause_reason, google.is_well) == (now + 60_000, "throttled", False)
    assert (mozilla.accepted, mozilla.failures, mozilla.is_well) == (0, {"auth": 1}, False)


def test_only_services_that_are_shown_are_asked_how_fast_they_answer(sender, monkeypatch):
    send(2)
    send(1, service=MOZILLA)
    asked = []
    monkeypatch.setattr(health, "MOST", 1)
    monkeypatch.setattr(health, "read_latencies", lambda origin: asked.append(origin) or [])

    assert [each.origin for each in read_health()] == asked == [FCM]


def test_hours_that_are_not_stored_are_counted_as_they_are(sender):
    send(2, hours_ago=3)

    now = read_now()
    assert sum(each.count for each in rollups.read(Span(now - 5 * HOUR_MS, now))) >= 4
