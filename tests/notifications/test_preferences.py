"""What somebody chose to be told: the defaults, what differs, and what a login makes of it."""

import pytest
import sqlalchemy as sa

from app.core.database import db, read_now, transaction
from app.core.errors import Invalid, NotFound
from app.notifications.categories import Cap
from app.notifications.choices import caps, preferences, quiet
from app.notifications.choices.quiet import Quiet
from app.notifications.inbox import inbox
from app.notifications.models import Notification, Preference
from tests.notifications.devices import subscribe
from tests.notifications.telling import ADA, register, tell

OWNER = "user:ada"
EVERYTHING = frozenset({"page", "push", "email"})


def choose(channel, enabled, subject=ADA, source="settings"):
    with transaction():
        preferences.set_preference(subject, "parcels", channel, enabled, source)


def channels(category, subject=ADA):
    return preferences.channels_of(subject, category)


def sources(subject):
    return set(db.session.scalars(sa.select(Preference.source).where(Preference.subject == subject)))


def test_without_a_choice_it_is_as_the_category_has_it(any_app):
    assert channels(register(any_app, kind="interest")) == {"page", "push"}
    assert channels(register(any_app, kind="interest", defaults=frozenset())) == frozenset()


def test_a_choice_holds_for_one_subject_category_and_channel(any_app):
    category = register(any_app, kind="interest", mail="fallback", defaults=EVERYTHING)
    other = register(any_app, name="news", kind="interest", mail="fallback", defaults=EVERYTHING)

    choose("push", False)

    assert channels(category) == {"page", "email"}
    assert channels(other) == channels(category, "visitor:kim") == EVERYTHING
    choose("push", True)
    assert channels(category) == EVERYTHING


def test_what_somebody_paid_for_stays_in_the_page(any_app):
    category = register(any_app, kind="transactional")
    for channel in ("page", "push"):
        choose(channel, False)

    assert channels(category) == {"page"}


def test_a_category_without_mails_has_none_to_choose(any_app):
    category = register(any_app, kind="interest", mail="never", defaults=EVERYTHING)

    assert channels(category) == {"page", "push"}
    with pytest.raises(Invalid):
        choose("email", True)
    with pytest.raises(Invalid):
        choose("smoke", True)
    with pytest.raises(NotFound), transaction():
        preferences.set_preference(ADA, "nonsense", "page", True, "settings")


def test_many_are_read_at_once(any_app):
    register(any_app, kind="interest")
    choose("push", False)
    choose("page", False, "visitor:kim")

    assert preferences.stored_of_many({ADA, "visitor:kim", "visitor:jun"}) == {
        ADA: {"parcels": {"push": False}},
        "visitor:kim": {"parcels": {"page": False}},
    }


def test_a_login_moves_what_a_guest_chose_and_keeps_what_the_account_chose(any_app):
    category = register(any_app, kind="interest", mail="fallback", defaults=EVERYTHING)
    choose("push", False)
    choose("email", False)
    choose("email", True, OWNER)

    with transaction():
        preferences.move_preferences(ADA, OWNER)

    assert channels(category, OWNER) == {"page", "email"}
    assert channels(category) == EVERYTHING
    assert sources(OWNER) == {"login", "settings"}


def test_a_choice_about_something_that_is_gone_keeps_nobody_from_signing_in(any_app):
    with transaction():
        old = {"category": "gone", "channel": "push", "enabled": False, "updated_at": 1}
        db.session.add(Preference(subject=ADA, **old))

    with transaction():
        preferences.move_preferences(ADA, OWNER)

    assert preferences.stored_of(OWNER) == {"gone": {"push": False}}


def test_a_login_moves_quiet_hours_to_an_account_without_its_own(any_app):
    with transaction():
        quiet.set_hours(ADA, 1320, 420, "Europe/Berlin")
        quiet.move_quiet(ADA, OWNER)

    assert quiet.read_quiet(OWNER) == Quiet(1320, 420, "Europe/Berlin")
    assert quiet.read_quiet(ADA) == Quiet()
    with transaction():
        quiet.set_hours(ADA, 60, 120, "UTC")
        quiet.move_quiet(ADA, OWNER)
    assert quiet.read_quiet(OWNER).zone == "Europe/Berlin"


def test_a_login_moves_what_a_guest_was_told(any_app):
    register(any_app)
    tell(), tell(), tell(OWNER)

    with transaction():
        inbox.move_notifications(ADA, OWNER)

    assert (inbox.count_unread(ADA), inbox.count_unread(OWNER)) == (0, 3)


def test_a_cap_counts_what_was_pushed_in_its_time_alone(any_app):
    category = register(any_app, cap=Cap(2, 3600))
    other = register(any_app, name="news", cap=Cap(2, 3600), words=())
    tell(), tell(), tell()
    now = read_now()
    assert not caps.is_reached(ADA, category, now), "nothing was pushed without a device"

    subscribe(ADA)
    tell(), tell()

    assert caps.is_reached(ADA, category, read_now())
    assert not caps.is_reached("visitor:kim", category, now)
    assert not caps.is_reached(ADA, other, now)
    assert not caps.is_reached(ADA, category, now + 3_700_000)


def test_reading_one_or_all_is_said_once(any_app):
    register(any_app)
    first, _ = tell(), tell()

    def read(public_id=None, subject=ADA):
        with transaction():
            return inbox.mark_read(subject, public_id)

    assert read(first, "visitor:kim") == 0
    assert (read(first), read(first)) == (1, 0)
    assert inbox.count_unread(ADA) == 1
    assert (read(), read()) == (1, 0)
    assert db.session.query(Notification).filter_by(read_at=None).count() == 0
