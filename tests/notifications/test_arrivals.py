"""What a guest has becomes the account's at login, also where the account has as many devices as it may."""

import sqlalchemy as sa

from app.core.database import db, transaction
from app.notifications.choices import preferences
from app.notifications.devices import subscriptions
from app.notifications.inbox import inbox
from app.notifications.models import Subscription
from app.security.events import logged_in
from tests.notifications.devices import subscribe
from tests.notifications.telling import ADA, register, tell

OWNER = "user:ab12"


def sign_in():
    with transaction():
        logged_in.send(None, guest=ADA, owner=OWNER)
    db.session.expire_all()


def devices_of(subject):
    return [each.id for each in subscriptions.list_devices(subject)]


def seen(device_id, at):
    with transaction():
        db.session.execute(sa.update(Subscription).where(Subscription.id == device_id).values(seen_at=at))


def test_devices_news_and_choices_go_with_the_guest(any_app):
    category = register(any_app)
    here, elsewhere = subscribe(ADA).id, subscribe(OWNER).id
    told = tell()
    with transaction():
        preferences.set_preference(ADA, category.name, "push", False, "settings")

    sign_in()

    assert devices_of(OWNER) == [elsewhere, here]
    assert devices_of(ADA) == []
    assert [each.public_id for each in inbox.list_notifications(OWNER)] == [told]
    assert "push" not in preferences.channels_of(OWNER, category)


def test_of_too_many_those_seen_last_stay(any_app):
    held = [subscribe(OWNER).id for _ in range(5)]
    here = subscribe(ADA).id
    for at, device in enumerate([*held[1:], held[0], here]):
        seen(device, at + 1)

    sign_in()

    assert sorted(devices_of(OWNER)) == sorted({*held, here} - {held[1]})
    slots = [each.slot for each in subscriptions.list_devices(OWNER)]
    assert slots == [1, 2, 3, 4, 5]


def test_a_guest_without_anything_signs_in_as_ever(any_app):
    device = subscribe(OWNER).id

    sign_in()

    assert devices_of(OWNER) == [device]
