"""Promotions: who is told, once, in thousands, also when the worker dies in between."""

import pytest
import sqlalchemy as sa

from app.core.database import db, read_now, transaction
from app.core.errors import Invalid
from app.core.jobs import queue_of
from app.notifications.campaigns import campaigns, expansion
from app.notifications.campaigns.campaigns import Audience, Deed, Offer, WrongMoment
from app.notifications.choices import preferences, quiet
from app.notifications.delivery import claims, drain
from app.notifications.inbox import inbox
from app.notifications.models import Campaign, Delivery, Notification
from tests.notifications.devices import Browser, subscribe
from tests.notifications.sending import configure
from tests.notifications.telling import ADA

MIRA = Deed("user:mira", "staff")
OFFER = Offer("Autumn glazes", "Twelve new cups.", "/new")


def ask_for(subject, *channels):
    with transaction():
        for channel in channels:
            preferences.set_preference(subject, "promotion", channel, True, "settings")


def write(name="Autumn", offer=OFFER):
    with transaction():
        return campaigns.save_draft(None, name, offer, MIRA).public_id


def send(public_id):
    with transaction():
        campaigns.send(public_id, MIRA)


def stop(public_id):
    with transaction():
        return campaigns.stop(public_id, MIRA)


def read(public_id):
    db.session.expire_all()
    return campaigns.get_campaign(public_id)


def told():
    return db.session.scalars(sa.select(Notification.subject).order_by(Notification.subject)).all()


@pytest.fixture
def people(sender, service):
    """Three who asked in different ways, and one who did not."""
    for name in ("ada", "kim", "lea"):
        subscribe(f"visitor:{name}", Browser(service.url))
    ask_for(ADA, "push", "page")
    ask_for("visitor:kim", "push")
    ask_for("visitor:max", "page")
    return sender


def test_only_who_asked_is_told_and_in_the_way_they_asked(people, service):
    assert campaigns.count_audience() == Audience(people=3, devices=2)
    sent = write()
    send(sent)

    expansion.expand()
    drain.drain()

    assert told() == [ADA, "visitor:kim", "visitor:max"]
    assert len(service.got) == 2
    assert service.got[0].headers["Urgency"] == "low"
    assert [row.title for row in inbox.list_notifications("visitor:max")] == ["Autumn glazes"]
    assert not inbox.list_notifications("visitor:kim")
    campaign = read(sent)
    assert (campaign.status, campaign.told) == ("sent", 3)
    progress = campaigns.read_progress(campaign)
    assert (progress.accepted, progress.waiting, progress.failed) == (2, 0, 0)


def test_a_second_one_within_three_days_disturbs_nobody_but_is_in_the_page(people, service):
    for _ in range(2):
        send(write())
        expansion.expand()
    drain.drain()

    assert len(service.got) == 2
    assert told() == [ADA, ADA, "visitor:kim", "visitor:max", "visitor:max"]


def test_nobody_is_disturbed_in_their_quiet_hours(people, service):
    with transaction():
        quiet.set_pause(ADA, read_now() + 3600_000)
    send(write())
    expansion.expand()

    drain.drain()

    assert len(service.got) == 1
    assert campaigns.read_progress(read(newest())).waiting == 1


def newest():
    return campaigns.list_campaigns()[0].public_id


def test_where_pushes_are_off_it_is_in_the_page_alone(people, service):
    configure(people, PUSH_ENABLE_WEB_PUSH=False)
    send(write())

    expansion.expand()

    assert told() == [ADA, "visitor:max"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 0


def test_it_goes_on_where_a_dead_worker_left_it_and_tells_nobody_twice(any_app, monkeypatch):
    monkeypatch.setattr(expansion, "CHUNK", 3)
    names = [f"visitor:{n:02}" for n in range(10)]
    for name in names:
        ask_for(name, "page")
    sent = write()
    send(sent)
    campaign_id = read(sent).id
    assert expansion.tell_next(campaign_id)

    def die(*_):
        raise MemoryError

    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(expansion, "queue", die)
        expansion.tell_next(campaign_id)
    db.session.rollback()
    assert (read(sent).told, told()) == (3, names[:3])

    expansion.expand()

    assert told() == names
    assert (read(sent).status, read(sent).told) == ("sent", 10)


def test_a_run_that_is_over_its_time_has_another_follow_it(any_app, monkeypatch, redis):
    monkeypatch.setattr(expansion, "RUN_S", 0)
    ask_for(ADA, "page")
    send(write())
    redis.flushall()

    expansion.expand()

    assert len(queue_of(redis, "bulk").get_job_ids()) == 1


def test_what_is_stopped_is_neither_told_nor_sent_any_further(people, service, monkeypatch):
    monkeypatch.setattr(expansion, "CHUNK", 1)
    sent = write()
    send(sent)
    expansion.tell_next(read(sent).id)
    (under_way,) = claims.claim("me", 1, [])
    expansion.tell_next(read(sent).id)

    assert stop(sent) == 1

    expansion.expand()
    claims.give_back_lost()
    drain.drain()
    assert not service.got
    assert (read(sent).status, read(sent).told) == ("stopped", 2)
    assert db.session.get(Notification, under_way.notification.id).expires_at <= read_now()


def test_it_is_sent_once_however_many_send_it(any_app):
    sent = write()
    send(sent)
    with pytest.raises(WrongMoment):
        send(sent)
    with pytest.raises(WrongMoment), transaction():
        campaigns.save_draft(sent, "Another", OFFER, MIRA)
    with pytest.raises(WrongMoment), transaction():
        campaigns.discard(sent, MIRA)


def test_a_draft_can_be_changed_and_discarded_but_not_stopped(any_app):
    draft = write()
    with pytest.raises(WrongMoment):
        stop(draft)
    with transaction():
        campaigns.save_draft(draft, "Winter", OFFER, MIRA)
    assert read(draft).name == "Winter"
    with transaction():
        campaigns.discard(draft, MIRA)
    assert not campaigns.list_campaigns()


@pytest.mark.parametrize(
    ("field", "offer"),
    [
        ("title", Offer("", "x", "/new")),
        ("title", Offer("x" * 121, "x", "/new")),
        ("body", Offer("x", "", "/new")),
        ("path", Offer("x", "x", "https://evil.example/")),
        ("path", Offer("x", "x", "//evil.example")),
        ("path", Offer("x", "x", "")),
        ("path", Offer("x", "x", "/search?q=cups")),
        ("path", Offer("x", "x", "/new#cups")),
        ("path", Offer("x", "x", "/caf%C3%A9")),
    ],
)
def test_what_cannot_be_sent_cannot_be_saved(app, field, offer):
    with pytest.raises(Invalid) as refused:
        write(offer=offer)

    assert [each["field"] for each in refused.value.facts["errors"]] == [field]
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(Campaign))


def test_braces_in_an_offer_are_words_and_nothing_else(app):
    assert campaigns.preview(Offer("{{ 7 * 7 }}", "{% for %}", "/new")).title == "{{ 7 * 7 }}"
