"""Every way to look like somebody else, or like somebody who may. Who may do what: `test_permissions`."""

import pytest

from app.security.tokens import create_token, revoke_token
from tests.factories import make_product, make_user
from tests.security.test_login import csrf_of, sign_in

ADD = {"productId": "CUP", "quantity": 5, "operation": "add"}


@pytest.mark.parametrize(
    ("role", "seen", "changed"),
    [("shopper", 403, 403), ("agent", 200, 403), ("staff", 200, 303), ("admin", 200, 303)],
)
def test_who_may_see_and_change_stock(app, client, role, seen, changed):
    make_product(sku="CUP", stock=10)
    make_user(role, email="who@example.test")
    sign_in(client, "who@example.test")
    form = {
        "operation": "receive",
        "quantity": "5",
        "reason": "new batch",
        "csrf_token": csrf_of(client, "/"),
    }

    assert client.get("/staff/inventory").status_code == seen
    assert client.post("/staff/inventory/sku/CUP", data=form).status_code == changed


def test_a_browser_session_cannot_use_the_api_without_the_token(app, client):
    make_product(sku="CUP", stock=10)
    make_user("staff", email="who@example.test")
    sign_in(client, "who@example.test")

    refused = client.post("/api/realtime/inventory", json=ADD)
    allowed = client.post("/api/realtime/inventory", json=ADD, headers={"X-CSRFToken": csrf_of(client, "/")})

    assert (refused.status_code, refused.json["code"]) == (400, "csrf_refused")
    assert allowed.status_code == 200


def test_a_revoked_token_opens_nothing(app, client):
    make_product(sku="CUP", stock=10)
    headers = {"Authorization": f"Bearer {create_token('old', ['inventory:read'])}"}
    assert client.get("/api/realtime/inventory", headers=headers).status_code == 200

    revoke_token("old")

    assert client.get("/api/realtime/inventory", headers=headers).status_code == 401


def test_what_somebody_says_of_himself_grants_nothing(app, client):
    make_product(sku="CUP", stock=10)

    answer = client.post("/api/realtime/inventory?userId=admin", json=ADD, headers={"X-User-ID": "admin"})

    assert answer.status_code == 401


def test_who_was_signed_out_meanwhile_comes_back_to_a_page(app, client):
    make_product(sku="CUP", stock=10)
    make_user("staff", email="who@example.test")
    sent_from = {"Referer": "http://localhost/staff/inventory/sku/CUP?holds=2"}
    form = {"csrf_token": csrf_of(client, "/login")}

    answer = client.post("/staff/inventory/sku/CUP/settings", data=form, headers=sent_from)
    stranger = client.post(
        "/staff/inventory/sku/CUP/settings", data=form, headers={"Referer": "http://evil.example/x"}
    )

    assert answer.headers["Location"] == "/login?next=/staff/inventory/sku/CUP%3Fholds%3D2"
    assert stranger.headers["Location"] == "/login?next=/"
