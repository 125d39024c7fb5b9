"""Telling somebody: once for each occasion, by the ways that they chose."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.core.database import db, read_now, transaction
from app.core.errors import NotFound
from app.notifications import notify
from app.notifications.categories import Cap
from app.notifications.choices import preferences, quiet
from app.notifications.choices.quiet import Quiet
from app.notifications.inbox import inbox
from app.notifications.models import Delivery, Notification
from app.notifications.notify import Notice
from tests.notifications.devices import subscribe
from tests.notifications.telling import ADA, find, register, tell


def deliveries():
    db.session.expire_all()
    return db.session.scalars(sa.select(Delivery).order_by(Delivery.id)).all()


def test_it_says_what_the_words_and_the_facts_make(any_app):
    register(any_app)

    told = find(tell(count=1, number="A 7"))

    assert (told.title, told.body) == ("Ada, your parcel is on its way", "1 piece left us today.")
    assert told.url == "/parcels/A%207"
    assert told.actions == [{"action": "track", "title": "Track it", "url": "/parcels/A%207/track"}]
    assert told.facts == {"name": "Ada", "count": 1, "number": "A 7"}
    assert [each.id for each in inbox.list_notifications(ADA)] == [told.id]


def test_an_occasion_is_told_once_even_to_two_who_tell_it_at_once(any_app):
    register(any_app)
    subscribe(ADA)

    def send(_):
        with any_app.app_context():
            return tell(dedup_key="parcel:1")

    with ThreadPoolExecutor(6) as pool:
        told = [each for each in pool.map(send, range(12)) if each]

    assert len(told) == 1
    assert len(deliveries()) == 1


def test_each_device_gets_one_delivery(any_app):
    register(any_app)
    subscribe(ADA), subscribe(ADA), subscribe("visitor:kim")

    tell()

    assert [(each.state, each.lane) for each in deliveries()] == [("pending", "now")] * 2


def test_what_is_rolled_back_was_never_told(any_app):
    register(any_app)
    subscribe(ADA)

    with pytest.raises(ZeroDivisionError), transaction():
        notify.notify(Notice(ADA, "parcel_sent", "p:1", {"name": "Ada", "count": 1, "number": "1"}))
        1 / 0  # noqa: B018

    assert not deliveries()
    assert inbox.count_unread(ADA) == 0


def test_who_wants_no_push_has_it_in_the_page_alone(any_app):
    register(any_app, kind="interest")
    subscribe(ADA)
    with transaction():
        preferences.set_preference(ADA, "parcels", "push", False, "settings")

    assert tell() is not None

    assert not deliveries()
    with transaction():
        preferences.set_preference(ADA, "parcels", "page", False, "settings")
    assert tell() is None


def test_what_somebody_paid_for_is_in_the_page_whatever_they_chose(any_app):
    register(any_app, kind="transactional")
    with transaction():
        preferences.set_preference(ADA, "parcels", "page", False, "settings")

    assert find(tell()).in_page


def test_without_web_push_nothing_is_queued(make_app):
    app = make_app(PUSH_ENABLE_WEB_PUSH="false")
    with app.app_context():
        register(app)
        subscribe(ADA)

        tell()

        assert not deliveries()
        assert inbox.count_unread(ADA) == 1


def test_a_cap_keeps_what_is_over_it_in_the_page(any_app):
    register(any_app, cap=Cap(2, 3600))
    subscribe(ADA)

    for _ in range(4):
        tell()

    assert len(deliveries()) == 2
    assert inbox.count_unread(ADA) == 4


def test_quiet_hours_put_a_push_off_and_what_is_urgent_goes_at_once(any_app):
    now = read_now()
    pause = Quiet(paused_until=now + 3_600_000)
    with transaction():
        quiet.set_pause(ADA, pause.paused_until)
    subscribe(ADA)
    register(any_app, bypasses_quiet=False)
    tell()
    register(any_app, bypasses_quiet=True)
    tell()

    later, at_once = deliveries()
    assert later.next_try_at == pause.paused_until
    assert at_once.next_try_at < now + 60_000


def test_news_of_the_same_thing_replaces_what_still_waits(any_app):
    register(any_app)
    subscribe(ADA)

    for about in ("parcel:1", "parcel:2", "parcel:1"):
        tell(about=about)

    assert [(each.state, each.reason) for each in deliveries()] == [
        ("suppressed", "superseded"),
        ("pending", ""),
        ("pending", ""),
    ]


def test_what_is_settled_counts_as_read_and_is_mailed_no_more(any_app):
    register(any_app, mail="fallback", mail_after_s=60, defaults=frozenset({"page", "email"}))
    told, other = tell(about="parcel:1"), tell(about="parcel:2")

    with transaction():
        assert notify.withdraw("parcel:1") == 1

    assert (find(told).read_at is not None, find(told).email_state) == (True, "skipped")
    assert (find(other).read_at, find(other).email_state) == (None, "due")


def test_the_newest_settles_what_was_told_before_of_the_same(any_app):
    register(any_app)
    facts = {"name": "Ada", "count": 2, "number": "P-1"}
    told = []
    for subject, about in (
        (ADA, "parcel:1"),
        (ADA, "parcel:2"),
        ("visitor:kim", "parcel:1"),
        (ADA, "parcel:1"),
    ):
        with transaction():
            told.append(notify.notify_newest(Notice(subject, "parcel_sent", f"x:{len(told)}", facts, about)))

    assert [find(each).read_at is None for each in told] == [False, True, True, True]


def test_what_many_were_told_is_settled_by_a_job_and_what_came_after_is_not(any_app, monkeypatch):
    monkeypatch.setattr(notify, "CHUNK", 2)
    category = register(any_app)
    told = [tell(f"visitor:{number}", about="parcel:1") for number in range(5)]
    until = read_now()
    with transaction():
        db.session.execute(
            sa.update(Notification).where(Notification.public_id == told[-1]).values(created_at=until + 1)
        )

    assert notify.withdraw_from_all("parcel:1", category.name, until) == 4
    assert [find(each).read_at is None for each in told] == [False] * 4 + [True]


def test_a_message_that_nobody_registered_is_a_mistake(app):
    with pytest.raises(NotFound), transaction():
        notify.notify(Notice(ADA, "nonsense", "x", {}))


def test_facts_are_plain_values(any_app):
    register(any_app)

    with pytest.raises(TypeError), transaction():
        notify.notify(Notice(ADA, "parcel_sent", "x", {"name": Notification(), "count": 1, "number": "1"}))
