"""Who may do what: every route, every role, and every way to look like somebody else."""

import re

import pytest

from app.security.tokens import create_token, revoke_token
from tests.factories import make_product, make_user
from tests.security.test_login import csrf_of, sign_in

PUBLIC = {
    "/", "/categories/<slug>", "/search", "/search/suggestions", "/products/<slug>", "/theme", "/login", "/logout",
    "/password", "/password/<token>", "/media/<path:name>", "/static/<version>/<path:name>",
    "/live/recover", "/live/tokens", "/api/health", "/api/health/ready", "/api/openapi.json", "/api/docs",
    "/api/realtime/inventory", "/mails", "/mails/<int(max=2147483647):mail_id>",
    "/mails/<int(max=2147483647):mail_id>/html", "/dev/ui", "/products/<slug>/back-in-stock",
    "/back-in-stock/<token>", "/back-in-stock/<token>/stop", "/back-in-stock/stopped", "/cart", "/cart/drawer",
    "/cart/count", "/cart/<sku>", "/cart/<sku>/removal", "/cart/<sku>/saved", "/cart/prices", "/checkout",
    "/checkout/contact", "/checkout/delivery", "/checkout/payment", "/checkout/ended",
    "/checkout/hold/<any(contact, delivery, payment):step>", "/orders", "/orders/links", "/orders/<number>",
    "/orders/<number>/receipt", "/orders/<number>/cancellation", "/api/payments/<name>/callback",
    "/chat/rooms/<room_id>/files", "/chat/files/<public_id>", "/chat/files/<public_id>/thumbnail",
    "/support", "/support/panel", "/support/<room_id>", "/support/<room_id>/state", "/chat/rooms/<room_id>/rating",
    "/chat/rooms/<room_id>/end",
    "/chat/rooms/<room_id>/messages", "/chat/rooms/<room_id>/events", "/chat/rooms/<room_id>/history",
    "/chat/rooms/<room_id>/holds/<hold_id>",
    "/chat/rooms/<room_id>/reads", "/chat/rooms/<room_id>/transcript", "/support/data", "/support/data/copies",
    "/support/data/copies/<token>", "/support/data/deletion", "/notifications", "/notifications/newest",
    "/notifications/count", "/notifications/<string(length=32):public_id>", "/notifications/read",
    "/n/<token>", "/notifications/devices", "/sw.js", "/manifest.webmanifest", "/offline",
    "/push/icon-<int:size>.png", "/api/realtime/push/key", "/api/realtime/push/subscriptions",
    "/api/realtime/push/subscriptions/<device_id>",
    "/notifications/settings", "/notifications/settings/choices", "/notifications/settings/hours",
    "/notifications/settings/pause", "/notifications/unsubscribe/<token>", "/notifications/unsubscribe/<token>/done",
    "/api/realtime/push/notifications", "/api/realtime/push/notifications/read", "/api/realtime/push/preferences", *(
        f"/api/realtime/chat/{path}" for path in (
            "rooms", "rooms/<room_id>", "rooms/<room_id>/participants", "rooms/<room_id>/participants/<member>",
            "rooms/<room_id>/messages", "rooms/<room_id>/events", "rooms/<room_id>/reads", "rooms/<room_id>/files",
            "rooms/<room_id>/transcript", "rooms/<room_id>/rating", "rooms/<room_id>/end", "rooms/<room_id>/claim",
            "rooms/<room_id>/transfer", "rooms/<room_id>/resolve", "rooms/<room_id>/hold", "files/<file_id>",
        )
    ),
}  # fmt: skip
ADD = {"productId": "CUP", "quantity": 5, "operation": "add"}


def test_every_route_is_listed_as_public_or_refuses_a_guest(app, client):
    guarded = [rule for rule in app.url_map.iter_rules() if str(rule) not in PUBLIC]
    assert guarded, "this test needs something to guard"

    for rule in guarded:
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = client.open(address_of(str(rule)), method=method)
            login = answer.status_code == 303 and answer.headers["Location"].startswith("/login?next=")
            assert login or answer.status_code in (400, 401, 403), f"{method} {rule}"


def address_of(rule):
    """Some address that the rule takes."""
    rule = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule)
    return re.sub(r"<int[^>]*>", "1", rule).replace("<sku>", "CUP")


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


def test_no_form_is_accepted_without_its_token(app, client):
    make_product(sku="CUP", stock=10)
    make_user("staff", email="who@example.test")
    sign_in(client, "who@example.test")
    views = app.view_functions
    forms = [
        str(rule).replace("<sku>", "CUP").replace("<token>", "x")
        for rule in app.url_map.iter_rules()
        if "POST" in rule.methods and not hasattr(views[rule.endpoint], "only_reads")
        # Whoever has the address may post to it; its own tests send it without a cookie.
        if not hasattr(views[rule.endpoint], "needs_no_form")
        # Refuses strangers before it reads; its own tests send it a forged form.
        if not hasattr(views[rule.endpoint], "reads_late")
    ]
    assert "/staff/inventory/sku/CUP" in forms

    for path in forms:
        answer = client.post(path, data={"operation": "receive", "quantity": "5"})
        assert answer.status_code == 400, path


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
