"""Devices: whose they are, how many there may be, and how they end."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.database import db, now_ms, transaction
from app.core.errors import Invalid, NotFound
from app.notifications.devices import arrivals, subscriptions, upkeep
from app.notifications.devices.subscriptions import KeyOutdated, SubscriptionLimit
from app.notifications.keys import pairs, vapid
from app.notifications.models import Subscription
from app.security import recovery, users
from tests.factories import make_user
from tests.notifications.devices import MOZILLA, Browser, subscribe

ADA, KIM = "visitor:ada", "visitor:kim"


def statuses():
    db.session.expire_all()
    return dict(db.session.execute(sa.select(Subscription.id, Subscription.status)).all())


def change(device_id, **values):
    with transaction():
        db.session.execute(sa.update(Subscription).where(Subscription.id == device_id).values(**values))


def test_a_browser_that_subscribes_again_is_one_device(any_app):
    browser = Browser()
    first = subscribe(ADA, browser)
    change(first.id, seen_at=1, expires_at=2)

    again = subscribe(ADA, browser)

    assert again.id == first.id
    assert (again.origin, again.slot) == (MOZILLA, 1)
    assert again.expires_at - again.seen_at == 365 * subscriptions.DAY_MS
    assert again.seen_at > 1


def test_an_endpoint_belongs_to_whoever_subscribed_last(any_app):
    browser = Browser()
    before = subscribe(ADA, browser).id

    after = subscribe(KIM, browser).id

    assert statuses() == {before: "replaced", after: "active"}
    assert [each.id for each in subscriptions.list_devices(KIM)] == [after]
    assert not subscriptions.list_devices(ADA)


def test_the_sixth_is_refused_with_the_five_that_are_there(any_app):
    devices = [subscribe(ADA) for _ in range(5)]

    with pytest.raises(SubscriptionLimit) as refused:
        subscribe(ADA)

    listed = {each["id"] for each in refused.value.facts["devices"]}
    assert listed == {each.public_id for each in devices}
    subscribe(KIM)


def test_the_sixth_may_take_the_place_of_the_one_seen_least_recently(any_app):
    ids = [subscribe(ADA).id for _ in range(5)]
    for seen_at, device in zip((5, 3, 1, 4, 2), ids, strict=True):
        change(device, seen_at=seen_at)

    new = subscribe(ADA, replaces_oldest=True)

    assert new.slot == 3
    assert [device for device, status in statuses().items() if status == "replaced"] == [ids[2]]


@pytest.mark.parametrize("most", [5, 1])
def test_many_at_once_make_no_more_than_the_most(any_app, most):
    vapid.ensure_key()
    settings = any_app.config["SETTINGS"]
    any_app.config["SETTINGS"] = replace(settings, PUSH_MAX_SUBSCRIPTIONS_PER_USER=most)
    offers = [Browser().offer() for _ in range(20)]

    def send(offered):
        with any_app.app_context():
            try:
                return subscriptions.subscribe(ADA, "", offered).slot
            except SubscriptionLimit:
                return None

    with ThreadPoolExecutor(10) as pool:
        slots = list(pool.map(send, offers))

    assert sorted(slot for slot in slots if slot) == list(range(1, most + 1))
    assert list(statuses().values()) == ["active"] * most


def test_the_same_browser_many_times_at_once_is_one_device(any_app):
    vapid.ensure_key()
    offered, subjects = Browser().offer(), itertools.cycle([ADA, KIM])

    def send(subject):
        with any_app.app_context():
            return subscriptions.subscribe(subject, "", offered).id

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, itertools.islice(subjects, 16)))

    assert sorted(statuses().values()).count("active") == 1


def test_a_browser_that_names_an_end_is_believed_when_it_is_earlier(app):
    soon, late = clock.now_ms() + 60_000, clock.now_ms() + 500 * subscriptions.DAY_MS
    vapid.ensure_key()

    first = subscriptions.subscribe(ADA, "", Browser().offer(expires_at=soon))
    second = subscriptions.subscribe(ADA, "", Browser().offer(expires_at=late))

    assert first.expires_at == soon
    assert second.expires_at < late


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"p256dh": "abc"}, "keys.p256dh"),
        ({"p256dh": pairs.encode(b"\x04" + b"\x01" * 64)}, "keys.p256dh"),
        ({"p256dh": pairs.encode(b"\x02" + b"\x01" * 32)}, "keys.p256dh"),
        ({"auth": pairs.encode(b"x")}, "keys.auth"),
        ({"auth": pairs.encode(b"x" * 64)}, "keys.auth"),
        ({"auth": "not base64!"}, "keys.auth"),
    ],
)
def test_keys_that_could_never_work_are_refused_here(app, changes, field):
    vapid.ensure_key()

    with pytest.raises(Invalid) as refused:
        subscriptions.subscribe(ADA, "", Browser().offer(**changes))

    assert [error["field"] for error in refused.value.facts["errors"]] == [field]


def test_a_browser_with_an_older_key_is_told_to_change(app):
    vapid.ensure_key()
    offered = Browser().offer()
    vapid.rotate_key()

    with pytest.raises(KeyOutdated):
        subscriptions.subscribe(ADA, "", offered)


def test_a_device_is_switched_off_by_its_owner_alone(any_app):
    device = subscribe(ADA)
    device_id, public_id = device.id, device.public_id

    with pytest.raises(NotFound), transaction():
        subscriptions.unsubscribe(KIM, public_id)
    assert statuses() == {device_id: "active"}
    for _ in range(2):
        with transaction():
            subscriptions.unsubscribe(ADA, public_id)
    assert statuses() == {device_id: "unsubscribed"}


def test_who_signs_out_gets_no_more_on_that_browser(any_app):
    here = subscribe("user:ab", session_key="here").id
    elsewhere = subscribe("user:ab", session_key="elsewhere").id

    assert subscriptions.end_of_session("here") == 1

    assert statuses() == {here: "unsubscribed", elsewhere: "active"}


@pytest.mark.parametrize("change", ["password", "disabled", "role"])
def test_a_right_that_ends_ends_every_device_of_the_account(any_app, change):
    user = make_user("staff")
    email, subject = user.email, f"user:{user.public_id}"
    programs, moved = subscribe(subject).id, subscribe(ADA, session_key="as a guest").id
    with transaction():
        arrivals.move_devices(ADA, subject)
    others = subscribe(KIM).id

    if change == "password":
        recovery.set_password(recovery.make_token(user), "correct horse battery staple")
    elif change == "disabled":
        users.disable_user(email)
    else:
        users.change_role(email, "agent")

    assert statuses() == {programs: "unsubscribed", moved: "unsubscribed", others: "active"}


def test_what_nobody_opened_for_a_year_ends_and_its_keys_are_wiped(any_app):
    device = subscribe(ADA).id
    kept = subscribe(ADA).id
    change(device, expires_at=now_ms())

    upkeep.end_expired()
    upkeep.wipe_ended()

    assert statuses() == {device: "expired", kept: "active"}
    ended = db.session.get(Subscription, device)
    assert (ended.p256dh, ended.auth) == ("", "")
    assert ended.endpoint.startswith("https://wiped.invalid/")
    assert db.session.get(Subscription, kept).auth
    change(device, ended_at=now_ms() - upkeep.KEPT_MS - 1000)
    upkeep.wipe_ended()
    assert statuses() == {kept: "active"}
