"""PATCH, DELETE and PUT /api/realtime/inventory."""

import pytest

from app.core.database import run_transaction
from app.inventory import queries, reservations
from app.inventory.reservations import Party
from app.security.tokens import create_token
from tests.factories import make_product, make_user
from tests.inventory.holding import BY_TEST
from tests.security.test_login import csrf_of, sign_in

URL = "/api/realtime/inventory"
CUP = {"ownerId": "ada", "productId": "CUP", "quantity": 2}


@pytest.fixture
def program(app):
    return {"Authorization": f"Bearer {create_token('till', ['inventory:read', 'inventory:write'])}"}


def reserved(sku="CUP"):
    return queries.get_stock(sku).reserved


def test_reserve_renew_and_release(app, client, program):
    make_product(sku="CUP", stock=10)

    made = client.patch(URL, json=CUP, headers=program)
    assert made.status_code == 200
    assert made.json["status"] == "held"
    assert made.json["lines"] == [{"productId": "CUP", "quantity": 2}]
    assert made.json["ownerId"] == "ada"
    more = client.patch(URL, json={**CUP, "quantity": 3, "ttl": 60}, headers=program).json
    assert (more["reservationId"], more["expiresAt"] < made.json["expiresAt"]) == (
        made.json["reservationId"],
        True,
    )
    gone = client.delete(URL, query_string={"ownerId": "ada"}, headers=program)
    assert (gone.json["status"], gone.json["expiresAt"], reserved()) == ("released", None, 0)
    assert (
        client.delete(URL, query_string={"ownerId": "ada"}, headers=program).json["code"]
        == "reservation_gone"
    )
    assert (
        client.delete(URL, query_string={"ownerId": "jun"}, headers=program).json["code"] == "no_reservation"
    )


def test_several_lines_are_all_or_nothing_and_one_sku_named_twice_is_added_up(app, client, program):
    make_product(sku="CUP", stock=3)
    make_product(sku="VASE", stock=1)
    lines = [{"productId": sku, "quantity": 2} for sku in ("CUP", "CUP", "VASE")]

    refused = client.patch(URL, json={"ownerId": "ada", "lines": lines}, headers=program)

    assert (refused.status_code, refused.json["code"]) == (409, "insufficient_stock")
    assert refused.json["short"] == [
        {"productId": "CUP", "missing": 4, "available": 3},
        {"productId": "VASE", "missing": 2, "available": 1},
    ]
    assert (reserved("CUP"), reserved("VASE")) == (0, 0)


@pytest.mark.parametrize(
    "body",
    [
        {"ownerId": "ada"},
        {"ownerId": "ada", "productId": "CUP"},
        {"ownerId": "ada", "quantity": 1},
        {**CUP, "lines": [{"productId": "CUP", "quantity": 1}]},
        {**CUP, "lines": []},
        {**CUP, "quantity": -1},
        {**CUP, "quantity": "2"},
        {**CUP, "quantity": 10**9},
        {**CUP, "ttl": 0},
        {**CUP, "ownerId": "a b"},
        {"productId": "CUP", "quantity": 1},
        {**CUP, "quantity": 0},
        {**CUP, "color": "red"},
    ],
)
def test_a_request_that_says_no_clear_thing_is_refused_with_the_field(app, client, program, body):
    make_product(sku="CUP", stock=10)

    refused = client.patch(URL, json=body, headers=program)

    assert (refused.status_code, refused.json["code"]) == (422, "invalid")
    assert refused.json["errors"]
    assert reserved() == 0


def test_a_key_reserves_once_and_is_answered_even_when_the_shelf_is_empty_by_then(app, client, program):
    make_product(sku="CUP", stock=2)
    keyed = {**program, "Idempotency-Key": "first"}

    first = client.patch(URL, json=CUP, headers=keyed)
    client.delete(URL, query_string={"ownerId": "ada"}, headers=program)
    client.patch(URL, json={**CUP, "ownerId": "jun"}, headers=program)
    again = client.patch(URL, json=CUP, headers=keyed)

    assert (again.status_code, again.json, again.headers["Idempotent-Replayed"]) == (200, first.json, "true")
    assert reserved() == 2
    other = client.patch(URL, json={**CUP, "quantity": 1}, headers=keyed)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")


def test_an_order_is_processed_once_however_often_it_is_sent(app, client, program):
    make_product(sku="CUP", stock=10)
    client.patch(URL, json=CUP, headers=program)
    order = {"orderId": "KM-1", "ownerId": "ada"}

    answers = [client.put(URL, json=order, headers=program) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert {answer.json["status"] for answer in answers} == {"committed"}
    stock = queries.get_stock("CUP")
    assert (stock.on_hand, stock.reserved) == (8, 0)
    assert queries.list_movements("CUP")[0].reason == "Order KM-1"


def test_a_till_sells_without_holding_first_and_once_too(app, client, program):
    make_product(sku="CUP", stock=3)
    order = {"orderId": "T-1", "productId": "CUP", "quantity": 2}

    answers = [client.put(URL, json=order, headers=program) for _ in range(2)]

    assert [answer.json["status"] for answer in answers] == ["committed", "committed"]
    assert queries.get_stock("CUP").on_hand == 1
    short = client.put(URL, json={**order, "orderId": "T-2"}, headers=program)
    assert (short.status_code, short.json["code"]) == (409, "insufficient_stock")
    assert (queries.get_stock("CUP").on_hand, reserved()) == (1, 0)


@pytest.mark.parametrize(
    "body", [{"ownerId": "ada"}, {"orderId": "KM-1", "ownerId": "ada", "reservationId": "x"}]
)
def test_an_order_says_what_it_sells(app, client, program, body):
    assert client.put(URL, json=body, headers=program).status_code == 422


def test_an_order_without_a_hold_is_not_there(app, client, program):
    assert client.put(URL, json={"orderId": "KM-1"}, headers=program).json["code"] == "no_reservation"


def test_a_browser_holds_only_for_itself(app, client, program):
    make_product(sku="CUP", stock=10)
    ours = client.patch(URL, json=CUP, headers=program).json["reservationId"]
    csrf = {"X-CSRFToken": csrf_of(client, "/login")}

    own = client.patch(URL, json={"productId": "CUP", "quantity": 1}, headers=csrf)
    assert own.json["ownerId"].startswith("visitor:")
    assert client.patch(URL, json=CUP, headers=csrf).status_code == 403
    assert client.delete(URL, query_string={"ownerId": "ada"}, headers=csrf).status_code == 403
    assert client.delete(URL, query_string={"reservationId": ours}, headers=csrf).status_code == 404
    assert client.patch(URL, json={"productId": "CUP", "quantity": 2}).status_code == 400  # no CSRF token
    assert client.delete(URL, headers=csrf).json["status"] == "released"
    assert client.put(URL, json={"orderId": "KM-1", "ownerId": "ada"}, headers=csrf).status_code == 401
    assert reserved() == 2


def test_no_program_sells_what_a_shopper_holds_and_has_not_paid(app, client, program):
    make_product(sku="CUP", stock=10)
    csrf = {"X-CSRFToken": csrf_of(client, "/login")}
    held = client.patch(URL, json={"productId": "CUP", "quantity": 1}, headers=csrf).json["reservationId"]
    client.delete_cookie("session")
    order = {"orderId": "KM-1", "reservationId": held}

    assert client.put(URL, json=order, headers=program).status_code == 403
    assert (queries.get_stock("CUP").on_hand, reserved()) == (10, 1)

    run_transaction(lambda: reservations.confirm(held, "KM-1"))
    assert client.put(URL, json=order, headers=program).json["status"] == "committed"
    assert (queries.get_stock("CUP").on_hand, reserved()) == (9, 0)


def test_a_shopper_with_an_account_holds_as_the_account(app, client):
    make_product(sku="CUP", stock=10)
    user = make_user("shopper", email="ada@example.test")
    name = f"user:{user.public_id}"
    sign_in(client, "ada@example.test")

    made = client.patch(
        URL, json={"productId": "CUP", "quantity": 1}, headers={"X-CSRFToken": csrf_of(client, "/password")}
    )

    assert made.json["ownerId"] == name
    assert queries.list_movements("CUP")[0].actor == name
    assert client.put(URL, json={}, headers={"X-CSRFToken": csrf_of(client, "/password")}).status_code == 403


def test_reading_figures_tells_what_is_reserved(app, client, program):
    make_product(sku="CUP", stock=10)
    client.patch(URL, json=CUP, headers=program)

    read = client.get(URL, query_string={"productId": "CUP", "history": "1"}, headers=program).json

    assert (read["onHand"], read["reserved"], read["available"]) == (10, 2, 8)
    assert (read["movements"][0]["kind"], read["movements"][0]["reservedDelta"]) == ("reserve", 2)


def test_what_staff_keep_for_a_shopper_is_sold_by_the_shopper_s_order_only(any_app, client, program):
    make_product(sku="CUP", stock=10)
    kept = Party("chat:one", promised_to="user:ada")
    held = run_transaction(lambda: reservations.reserve(kept, {"CUP": 2}, 60, BY_TEST)).id

    refused = client.put(URL, json={"orderId": "KM-9", "reservationId": held}, headers=program)

    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    assert (queries.get_stock("CUP").on_hand, reserved()) == (10, 2)
