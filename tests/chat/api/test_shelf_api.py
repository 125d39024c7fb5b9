"""Cards and holds over the API: who may, what they answer, and that each takes effect once."""

import pytest

from tests.chat.api.calling import URL, headers_of, open_for
from tests.core.test_openapi import problems
from tests.factories import make_product
from tests.inventory.holding import figures
from tests.inventory.stock_pages import client_of, csrf_of

ROOM = f"{URL}/rooms/{{room_id}}"
CARD = {"clientId": "card-0001", "sku": "CUP"}
KEEP = {"clientId": "hold-0001", "sku": "CUP", "quantity": 2, "minutes": 10}


@pytest.fixture
def program(any_app):
    make_product(sku="CUP", name="Cup", stock=3, threshold=0)
    return headers_of()


@pytest.fixture
def room(client, program):
    return open_for(client, program)


@pytest.fixture
def admin(any_app):
    return client_of(any_app, "admin")


def send(person, room, what, body):
    headers = {"X-CSRFToken": csrf_of(person, "/staff/inventory")}
    return person.post(f"{URL}/rooms/{room}/{what}", json=body, headers=headers)


def give_back(person, room, hold):
    headers = {"X-CSRFToken": csrf_of(person, "/staff/inventory")}
    return person.delete(f"{URL}/rooms/{room}/holds/{hold}", headers=headers)


def test_a_program_shows_a_product_once(client, program, room):
    first, again = (client.post(f"{URL}/rooms/{room}/cards", json=CARD, headers=program) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.json["kind"], first.json["payload"]["sku"]) == ("card", "CUP")
    assert again.json["seq"] == first.json["seq"]


def test_an_admin_keeps_units_and_gives_them_back(room, admin):
    first, again = (send(admin, room, "holds", KEEP) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert figures("CUP") == (3, 2, 1)
    hold = first.json["payload"]["hold_id"]
    given = give_back(admin, room, hold)
    assert (given.status_code, given.json["state"], figures("CUP")) == (200, "released", (3, 0, 3))
    assert give_back(admin, room, hold).status_code == 409


def test_a_program_keeps_nothing_for_anybody(client, program, room):
    answer = client.post(f"{URL}/rooms/{room}/holds", json=KEEP, headers=program)

    assert (answer.status_code, figures("CUP")) == (403, (3, 0, 3))


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("cards", CARD, 201),
        ("cards", {**CARD, "sku": "NOPE"}, 404),
        ("cards", {**CARD, "clientId": "short"}, 422),
        ("holds", KEEP, 201),
        ("holds", {**KEEP, "quantity": 4}, 409),
        ("holds", {**KEEP, "minutes": 16}, 422),
        ("holds", {**KEEP, "sku": "NOPE"}, 404),
    ],
)
def test_it_answers_what_its_description_says(client, room, admin, what, body, status):
    answer = send(admin, room, what, body)

    assert answer.status_code == status, answer.text
    document = client.get("/api/openapi.json").json
    assert problems(document, f"{ROOM}/{what}", "post", status, answer) == []


def test_who_is_not_of_the_room_learns_nothing(any_app, room):
    shopper = client_of(any_app, "shopper")
    headers = {"X-CSRFToken": csrf_of(shopper, "/orders")}

    for what, body in (("cards", CARD), ("holds", KEEP)):
        assert shopper.post(f"{URL}/rooms/{room}/{what}", json=body, headers=headers).status_code == 404
    assert shopper.delete(f"{URL}/rooms/{room}/holds/x", headers=headers).status_code == 404
