"""The headers that every answer carries."""

import pytest

from app.core.database import db
from tests.factories import make_product, make_user
from tests.security.test_login import sign_in


@pytest.mark.parametrize("path", ["/", "/products/cup", "/nope", "/login", "/api/realtime/inventory?productId=NOPE",
                                  "/static/x/css/shop.css", "/staff/inventory", "/media/nope.svg"])  # fmt: skip
def test_every_answer_has_the_strict_policy(app, client, path):
    make_product(sku="CUP", slug="cup", stock=10)

    headers = client.get(path).headers

    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["connect-src"] == "'self' ws://localhost:3002"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Request-ID"]


def test_pages_of_an_account_are_not_kept_by_the_browser(app, client):
    make_user("shopper", email="ada@example.test")
    guest = client.get("/").headers["Cache-Control"]

    sign_in(client, "ada@example.test")

    assert guest == "private, no-cache"
    assert client.get("/").headers["Cache-Control"] == "no-store"


def test_a_host_that_is_not_ours_is_refused(app, client):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_looking_around_writes_nothing(app, client):
    make_product(sku="CUP", slug="cup", stock=10)
    app.extensions["outbox_marks"].flush()
    before = db.session.connection().exec_driver_sql("PRAGMA data_version").scalar()

    for path in ("/", "/products/cup", "/search?q=cup"):
        assert client.get(path).status_code == 200

    assert db.session.connection().exec_driver_sql("PRAGMA data_version").scalar() == before
