"""/api/realtime/push as browsers and programs call it."""

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.notifications.categories import get_category
from app.notifications.choices import preferences
from app.notifications.devices import trials
from app.notifications.keys import vapid
from app.notifications.models import Delivery, Notification, Subscription
from tests.factories import make_user
from tests.notifications.devices import Browser
from tests.notifications.telling import register
from tests.notifications.visiting import SUBSCRIPTIONS, URL, Visitor


@pytest.fixture
def visitor(any_app):
    vapid.ensure_key()
    return Visitor(any_app)


@pytest.fixture
def other(visitor, any_app):
    return Visitor(any_app)


def statuses():
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Subscription.status).order_by(Subscription.id)))


def test_a_browser_subscribes_and_finds_itself_in_the_list(visitor, other):
    made = visitor.subscribe(expirationTime=None, timeZone="Europe/Berlin")

    assert made.status_code == 201, made.text
    assert made.json["label"] == "Firefox on Linux"
    assert made.json["timeZone"] == "Europe/Berlin"
    listed = visitor.ask("GET", SUBSCRIPTIONS).json
    assert [each["id"] for each in listed["items"]] == [made.json["id"]]
    assert listed["most"] == 5
    assert other.ask("GET", SUBSCRIPTIONS).json["items"] == []
    assert "endpoint" not in made.text and "auth" not in made.text


def test_subscribing_for_a_purpose_switches_that_on_and_nothing_else(visitor, any_app):
    register(any_app, name="parcels", kind="interest", defaults=frozenset())

    subject = f"visitor:{owner_of(visitor.subscribe(wants='parcels'))}"

    assert preferences.channels_of(subject, get_category("parcels")) == {"push"}
    assert preferences.stored_of(subject).keys() == {"parcels"}
    assert visitor.subscribe(wants="nonsense").status_code == 404


def test_subscribing_for_what_is_for_others_switches_nothing_on(visitor, any_app):
    register(any_app, name="stock", kind="staff", roles=("staff",), defaults=frozenset(), words=())

    subject = f"visitor:{owner_of(visitor.subscribe(wants='stock'))}"

    assert preferences.stored_of(subject) == {}


def owner_of(made):
    device = db.session.scalar(sa.select(Subscription).where(Subscription.public_id == made.json["id"]))
    return device.subject.partition(":")[2]


def test_the_sixth_device_is_refused_with_the_others_and_may_take_the_oldest_place(visitor):
    made = [visitor.subscribe(Browser()).json["id"] for _ in range(5)]

    refused = visitor.subscribe(Browser())
    taken = visitor.subscribe(Browser(), replaceOldest=True)

    assert (refused.status_code, refused.json["code"]) == (409, "subscription_limit")
    assert {each["id"] for each in refused.json["devices"]} == set(made)
    assert taken.status_code == 201
    assert statuses().count("active") == 5


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"endpoint": "https://10.0.0.5/x.google.com/"}, 422, "endpoint_refused"),
        ({"keys": {"p256dh": "abc", "auth": "abc"}}, 422, "invalid"),
        ({"applicationServerKey": "of-another-shop"}, 409, "push_key_outdated"),
        ({"more": 1}, 422, "invalid"),
        ({"expirationTime": "soon"}, 422, "invalid"),
    ],
)
def test_what_cannot_work_is_refused_when_it_is_offered(visitor, change, status, code):
    answer = visitor.subscribe(**change)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert statuses() == []


def test_a_page_of_another_site_cannot_subscribe_in_somebodys_name(visitor):
    visitor.token = ""

    assert visitor.subscribe().json["code"] == "csrf_refused"


def test_nobody_sees_or_ends_or_tests_a_device_of_somebody_else(visitor, other):
    path = f"{SUBSCRIPTIONS}/{visitor.subscribe().json['id']}"

    for method, each in (("GET", path), ("DELETE", path), ("POST", f"{path}/test")):
        assert other.ask(method, each).status_code == 404
    assert statuses() == ["active"]


def test_a_device_that_is_switched_off_does_not_come_back_by_itself(visitor):
    device = visitor.subscribe().json["id"]

    ended = visitor.ask("DELETE", f"{SUBSCRIPTIONS}/{device}")

    assert ended.json["status"] == "unsubscribed"
    assert visitor.renew(device).status_code == 404
    assert visitor.subscribe().status_code == 201


def test_a_page_that_is_opened_says_how_its_browser_is_reached_now(visitor):
    device = visitor.subscribe().json["id"]
    moved = Browser()

    renewed = visitor.renew(device, moved)

    assert (renewed.status_code, renewed.json["id"]) == (200, device)
    assert db.session.scalar(sa.select(Subscription.endpoint)) == moved.endpoint
    assert statuses() == ["active"]


def test_what_had_expired_comes_back_when_its_browser_does(visitor):
    device = visitor.subscribe().json["id"]
    db.session.execute(sa.update(Subscription).values(status="expired", ended_at=1))
    db.session.commit()

    assert visitor.renew(device).json["status"] == "active"


def test_after_another_login_at_the_same_browser_the_first_one_is_told_no_more(visitor):
    ada, kim = make_user("shopper", email="ada@example.test"), make_user("shopper", email="kim@example.test")
    visitor.sign_in(ada)
    device = visitor.subscribe().json["id"]
    visitor.client.delete_cookie("sid")
    visitor.refresh()
    assert visitor.renew(device).status_code == 404
    assert statuses() == ["active"]

    visitor.sign_in(kim)

    assert visitor.renew(device).status_code == 404
    assert statuses() == ["replaced"]


def test_signing_out_ends_the_devices_of_that_login(visitor):
    visitor.sign_in(make_user("shopper", email="ada@example.test"))
    visitor.subscribe()

    visitor.client.post("/logout", data={"csrf_token": visitor.token})

    assert statuses() == ["unsubscribed"]


def test_a_test_push_goes_to_one_device_and_not_into_the_page(visitor):
    device = visitor.subscribe().json["id"]
    visitor.subscribe(Browser())

    sent = visitor.ask("POST", f"{SUBSCRIPTIONS}/{device}/test")

    assert (sent.status_code, sent.json["label"]) == (202, "Firefox on Linux")
    [delivery] = db.session.scalars(sa.select(Delivery))
    told = db.session.get(Notification, delivery.notification_id)
    assert db.session.get(Subscription, delivery.subscription_id).public_id == device
    assert (told.category, told.in_page) == (trials.TRIALS.name, False)
    visitor.ask("DELETE", f"{SUBSCRIPTIONS}/{device}")


def test_without_web_push_nobody_can_subscribe(make_app):
    app = make_app(PUSH_ENABLE_WEB_PUSH="false")
    with app.app_context():
        vapid.ensure_key()
        client = app.test_client(use_cookies=False)

        assert client.get(f"{URL}/key").json["code"] == "push_off"
        assert client.post(SUBSCRIPTIONS, json={}).json["code"] == "push_off"
