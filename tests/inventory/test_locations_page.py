"""The page of locations."""

import pytest

from app.inventory import locations
from tests.factories import make_product
from tests.inventory.stock_pages import client_of, send, words

PAGE = "/staff/inventory/locations"


@pytest.fixture
def staff(app):
    make_product(sku="CUP", stock=10)
    return client_of(app, "staff")


def test_a_location_is_added_and_renamed(staff):
    send(staff, PAGE, code="loft", name="The loft")
    send(staff, PAGE, f"{PAGE}/loft", name="Under the roof")

    assert locations.name_locations() == {"shelf": "Shelf", "loft": "Under the roof"}
    assert "Shelf shelf 10 units of 1 SKU " in words(staff.get(PAGE).text)


@pytest.mark.parametrize(
    ("code", "name"), [("shelf", "Again"), ("Big Loft", "Loft"), ("", "Loft"), ("loft", " ")]
)
def test_what_cannot_be_is_said_and_stays_typed(staff, code, name):
    answer = send(staff, PAGE, code=code, name=name)

    assert answer.status_code == 422
    assert f'value="{code}"' in answer.text
    assert len(locations.name_locations()) == 1


def test_a_new_name_that_is_empty_is_refused_where_it_was_typed(staff):
    answer = send(staff, PAGE, f"{PAGE}/shelf", name="")

    assert answer.status_code == 422
    assert "Say what people call it" in answer.text
    assert send(staff, PAGE, f"{PAGE}/moon", name="Moon").status_code == 404


def test_agents_look_and_change_nothing(app, staff):
    agent = client_of(app, "agent")
    token = agent.get("/").text.split('name="csrf_token" value="')[1].split('"')[0]

    assert "Add a location" not in agent.get(PAGE).text
    for path in (PAGE, f"{PAGE}/shelf"):
        assert agent.post(path, data={"csrf_token": token, "code": "x", "name": "X"}).status_code == 403
    assert client_of(app, "shopper").get(PAGE).status_code == 403
