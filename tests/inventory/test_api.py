"""The inventory API: what the brief's curl lines do, and every way to get it wrong."""

import pytest

from app.inventory import queries
from app.security.tokens import create_token
from tests.factories import make_product

URL = "/api/realtime/inventory"
ADD = {"productId": "CUP", "quantity": 5, "operation": "add", "reason": "Test update"}


@pytest.fixture
def program(app):
    """Headers of a program that may read and write stock."""
    return {"Authorization": f"Bearer {create_token('tests', ['inventory:read', 'inventory:write'])}"}


def test_adding_answers_the_new_figures_with_their_version(any_app, program, client):
    make_product(sku="CUP", stock=10)

    answer = client.post(URL, json=ADD, headers={**program, "X-User-ID": "test-user"})

    assert answer.status_code == 200
    assert answer.json["onHand"] == 15
    assert answer.json["available"] == 15
    assert answer.headers["ETag"] == '"v2"'
    assert queries.list_movements("CUP")[0].label == "test-user"


def test_reading_again_with_the_etag_answers_304_until_something_changed(app, program, client):
    make_product(sku="CUP", stock=10)
    etag = client.get(f"{URL}?productId=CUP", headers=program).headers["ETag"]

    assert client.get(f"{URL}?productId=CUP", headers={**program, "If-None-Match": etag}).status_code == 304
    client.post(URL, json=ADD, headers=program)

    assert client.get(f"{URL}?productId=CUP", headers={**program, "If-None-Match": etag}).status_code == 200


def test_strangers_see_the_badge_but_not_the_figures(app, client):
    make_product(sku="CUP", stock=40)
    make_product(sku="POT", stock=3)

    plenty = client.get(f"{URL}?productId=CUP").json
    few = client.get(f"{URL}?productId=POT").json

    assert plenty == {
        "productId": "CUP",
        "status": "in",
        "available": None,
        "version": 1,
        "asOf": plenty["asOf"],
    }
    assert (few["status"], few["available"]) == ("low", 3)


def test_strangers_may_not_write_nor_list_nor_see_movements(app, client):
    make_product(sku="CUP", stock=10)

    refused = [client.post(URL, json=ADD), client.get(URL), client.get(f"{URL}?productId=CUP&history=1")]

    assert [(answer.status_code, answer.json["code"]) for answer in refused] == [(401, "unauthenticated")] * 3
    assert queries.get_stock("CUP").version == 1


def test_a_token_without_the_scope_is_forbidden(app, client):
    make_product(sku="CUP", stock=10)
    token = create_token("reader", ["inventory:read"])

    answer = client.post(URL, json=ADD, headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({**ADD, "quantity": -5}, 422, "invalid", "quantity"),
        ({**ADD, "quantity": 0}, 422, "invalid", "quantity"),
        ({**ADD, "quantity": 1.5}, 422, "invalid", "quantity"),
        ({**ADD, "quantity": "5"}, 422, "invalid", "quantity"),
        ({**ADD, "quantity": True}, 422, "invalid", "quantity"),
        ({**ADD, "quantity": None}, 422, "invalid", "quantity"),
        ({**ADD, "quantity": 10**30}, 422, "invalid", "quantity"),
        ({**ADD, "operation": "steal"}, 422, "invalid", "operation"),
        ({**ADD, "operation": "sale"}, 422, "invalid", "operation"),
        ({**ADD, "reason": "x" * 201}, 422, "invalid", "reason"),
        ({**ADD, "onHand": 99}, 422, "invalid", "onHand"),
        ({"productId": "CUP", "operation": "add"}, 422, "invalid", "quantity"),
        ([], 422, "invalid", "body"),
        ({**ADD, "productId": "NOPE"}, 404, "unknown_sku", None),
        ({**ADD, "operation": "remove", "quantity": 11}, 409, "insufficient_stock", None),
        ({**ADD, "operation": "set"}, 428, "version_required", None),
    ],
)
def test_mistakes_get_the_documented_error_and_write_nothing(app, program, client, body, status, code, field):
    make_product(sku="CUP", stock=10)

    answer = client.post(URL, json=body, headers=program)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"
    if field:
        assert field in [error["field"] for error in answer.json["errors"]]
    assert queries.get_stock("CUP").version == 1


def test_a_body_that_is_not_json(app, program, client):
    broken = client.post(URL, data="{", headers=program, content_type="application/json")
    form = client.post(URL, data={"productId": "CUP"}, headers=program)

    assert (broken.status_code, broken.json["code"]) == (400, "malformed_json")
    assert (form.status_code, form.json["code"]) == (415, "unsupported_media_type")


def test_set_with_if_match(app, program, client):
    make_product(sku="CUP", stock=10)
    count = {**ADD, "operation": "set", "quantity": 7}

    done = client.post(URL, json=count, headers={**program, "If-Match": '"v1"'})
    stale = client.post(URL, json={**count, "quantity": 6}, headers={**program, "If-Match": '"v1"'})
    odd = client.post(URL, json=count, headers={**program, "If-Match": "yesterday"})

    assert done.json["onHand"] == 7
    assert (stale.status_code, stale.json["code"], stale.json["version"]) == (412, "stale_version", 2)
    assert odd.status_code == 422


def test_the_same_key_takes_effect_once(any_app, program, client):
    make_product(sku="CUP", stock=10)
    headers = {**program, "Idempotency-Key": "order-1"}

    first = client.post(URL, json=ADD, headers=headers)
    again = client.post(URL, json=ADD, headers=headers)

    assert first.json == again.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert queries.get_stock("CUP").on_hand == 15


def test_the_same_key_with_another_body_is_refused(app, program, client):
    make_product(sku="CUP", stock=10)
    headers = {**program, "Idempotency-Key": "order-1"}
    client.post(URL, json=ADD, headers=headers)

    answer = client.post(URL, json={**ADD, "quantity": 6}, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")
    assert queries.get_stock("CUP").on_hand == 15


def test_a_refused_write_leaves_its_key_free(app, program, client):
    make_product(sku="CUP", stock=3)
    headers = {**program, "Idempotency-Key": "order-1"}
    too_many = {**ADD, "operation": "remove"}
    refused = client.post(URL, json=too_many, headers=headers)
    client.post(URL, json=ADD, headers=program)

    retried = client.post(URL, json=too_many, headers=headers)

    assert (refused.status_code, retried.status_code) == (409, 200)


def test_the_list_pages_through_all_skus(app, program, client):
    for number in range(5):
        make_product(sku=f"CUP-{number}", stock=number)

    first = client.get(f"{URL}?limit=3", headers=program).json
    second = client.get(f"{URL}?limit=3&after={first['after']}", headers=program).json

    assert [item["productId"] for item in first["items"]] == ["CUP-0", "CUP-1", "CUP-2"]
    assert [item["productId"] for item in second["items"]] == ["CUP-3", "CUP-4"]
    assert second["after"] is None


def test_movements_come_newest_first(app, program, client):
    make_product(sku="CUP", stock=10)
    client.post(URL, json=ADD, headers=program)

    movements = client.get(f"{URL}?productId=CUP&history=1", headers=program).json["movements"]

    assert [(entry["version"], entry["onHandDelta"], entry["onHand"]) for entry in movements] == [
        (2, 5, 15),
        (1, 10, 10),
    ]
    assert movements[0]["actor"] == "token:tests"
