"""What makes the shop an app: its worker, its manifest, its icons and its page without a network."""

from io import BytesIO

import pytest
from PIL import Image

from app.core.database import db
from app.notifications.keys import vapid
from app.notifications.models import Delivery, Subscription
from tests.factories import make_user
from tests.notifications.visiting import Visitor

PAGE = "/notifications/devices"


def test_the_worker_stands_at_the_root_and_is_looked_at_anew_each_time(client):
    answer = client.get("/sw.js")

    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "import " not in answer.text.replace("import(", "")


def test_the_manifest_names_an_app_with_icons_that_are_there(app, client):
    answer = client.get("/manifest.webmanifest")

    assert answer.mimetype == "application/manifest+json"
    said = answer.json
    assert (said["id"], said["start_url"], said["display"]) == ("/", "/", "standalone")
    assert said["name"] == app.config["SETTINGS"].SHOP_NAME
    for icon in said["icons"]:
        picture = Image.open(BytesIO(client.get(icon["src"]).data))
        assert "x".join(map(str, picture.size)) == icon["sizes"]
    assert client.get("/push/icon-1.png").status_code == 404


def test_every_page_leads_to_the_manifest(client):
    assert '<link rel="manifest" href="/manifest.webmanifest">' in client.get("/").text


def test_the_offline_page_is_nobodys_and_asks_for_nothing_but_its_looks(client):
    answer = client.get("/offline")

    assert answer.status_code == 200
    assert "<script" not in answer.text and "csrf" not in answer.text


def test_pages_name_the_shops_key_and_change_with_who_is_signed_in(app, client):
    key = vapid.ensure_key().public
    page = Visitor(app)
    guest = page.client.get("/").text
    page.sign_in(make_user("shopper", email="ada@example.test"))

    assert f'data-key="{key}" data-login=""' in guest
    assert f'data-key="{key}" data-login=""' not in page.client.get("/").text


def test_a_shop_without_web_push_offers_none(make_app):
    app = make_app(PUSH_ENABLE_WEB_PUSH="false")
    with app.app_context():
        client = app.test_client()

        assert 'name="push"' not in client.get("/").text
        assert "data-push" not in client.get("/notifications/settings").text


@pytest.fixture
def visitor(app):
    vapid.ensure_key()
    return Visitor(app)


def press(visitor, device, action, key="once"):
    form = {"csrf_token": visitor.token, "key": key}
    return visitor.client.post(f"{PAGE}/{device}/{action}", data=form)


def fragment(visitor):
    return visitor.client.get(PAGE, headers={"HX-Request": "true"}).text


def test_devices_are_listed_tried_and_switched_off_without_javascript(visitor):
    device = visitor.subscribe().json["id"]
    assert "Firefox on Linux" in visitor.client.get("/notifications/settings").text

    tried = press(visitor, device, "test")
    ended = [press(visitor, device, "off", "again") for _ in range(2)]

    assert tried.location.startswith("/notifications/settings")
    assert Delivery.query.count() == 1
    assert [answer.status_code for answer in ended] == [303, 303]
    assert "Firefox on Linux" not in fragment(visitor)


def test_a_device_without_a_name_is_a_browser_on_its_buttons_too(visitor):
    visitor.subscribe()
    Subscription.query.update({"label": ""})
    db.session.commit()

    page = fragment(visitor)

    assert 'Send a test<span class="u-vh">: A browser</span>' in page
    assert 'Switch off<span class="u-vh">: A browser</span>' in page


def test_a_device_of_somebody_else_has_no_button(visitor, app):
    device = visitor.subscribe().json["id"]
    other = Visitor(app)

    assert press(other, device, "off").status_code == 404
    assert "Firefox on Linux" in fragment(visitor)
