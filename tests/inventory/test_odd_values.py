"""Values at and past the edge of what a stock change may carry."""

import pytest

from app.core.errors import Invalid
from app.core.idempotency import LONGEST_KEY
from app.inventory import queries
from app.security.tokens import LONGEST_NAME, create_token
from tests.factories import make_product, make_user
from tests.security.test_login import csrf_of, sign_in

URL = "/api/realtime/inventory"
ADD = {"productId": "CUP", "quantity": 5, "operation": "add"}


@pytest.fixture
def program(app):
    return {"Authorization": f"Bearer {create_token('tests', ['inventory:read', 'inventory:write'])}"}


@pytest.mark.parametrize(
    ("key", "status"), [("", 422), ("k", 200), ("k" * LONGEST_KEY, 200), ("k" * (LONGEST_KEY + 1), 422)]
)
def test_a_key_has_a_length(app, client, program, key, status):
    make_product(sku="CUP", stock=10)

    answer = client.post(URL, json=ADD, headers={**program, "Idempotency-Key": key})

    assert answer.status_code == status
    assert queries.get_stock("CUP").version == (2 if status == 200 else 1)


@pytest.mark.parametrize(
    ("version", "status"),
    [("1", 303), ("2", 412), ("9" * 40, 412), ("²", 428), ("-1", 428), ("", 428), ("\x00", 428)],
)
def test_a_count_needs_the_version_that_its_page_showed(app, client, version, status):
    make_product(sku="CUP", stock=10)
    make_user("staff", email="mira@example.test")
    sign_in(client, "mira@example.test")
    form = {"operation": "set", "quantity": "7", "reason": "counted", "version": version}

    answer = client.post("/staff/inventory/sku/CUP", data={**form, "csrf_token": csrf_of(client, "/")})

    assert answer.status_code == status
    assert queries.get_stock("CUP").on_hand == (7 if status == 303 else 10)


@pytest.mark.parametrize(
    ("match", "status"),
    [('"v1"', 200), ("1", 200), ('"v' + "9" * 18 + '"', 412), ('"v' + "9" * 19 + '"', 422)],
)
def test_a_version_in_a_header_has_so_many_digits(app, client, program, match, status):
    make_product(sku="CUP", stock=10)
    count = {**ADD, "operation": "set", "quantity": 7}

    assert client.post(URL, json=count, headers={**program, "If-Match": match}).status_code == status


def test_a_token_has_a_name_that_the_ledger_can_hold(any_app, client):
    make_product(sku="CUP", stock=10)
    token = create_token("t" * LONGEST_NAME, ["inventory:write"])

    assert client.post(URL, json=ADD, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    for name in ("", "t" * (LONGEST_NAME + 1)):
        with pytest.raises(Invalid):
            create_token(name, ["inventory:write"])
