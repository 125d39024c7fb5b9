"""The API's own description: valid, complete, and true of what the API answers."""

import re

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from app.core import openapi
from app.security.errors import TooManyRequests
from app.security.limits import limiter
from app.security.tokens import SCOPES, create_token
from tests.factories import make_product

INVENTORY = "/api/realtime/inventory"
WEBSOCKET = "/api/realtime/websocket"
TICKETS = "/api/realtime/tickets"
ADD = {"productId": "CUP", "quantity": 5, "operation": "add"}
SEND = {"type": "broadcast", "data": {"type": "sale", "payload": {}}, "targetChannel": "shop"}
# They are the description, and what the shop's own service worker says of a push, which is answered with nothing.
UNDESCRIBED = {"/api/openapi.json", "/api/docs", "/api/realtime/push/marks"}


@pytest.fixture
def program(app):
    return {"Authorization": f"Bearer {create_token('tests', list(SCOPES))}"}


@pytest.fixture
def document(client):
    return client.get("/api/openapi.json").json


def problems(document, path, method, status, answer):
    """What in an answer is not as the document says."""
    response = document["paths"][path][method]["responses"][str(status)]
    schema = response["content"][answer.mimetype]["schema"]
    validator = Draft202012Validator({**schema, "components": document["components"]})
    return [error.message for error in validator.iter_errors(answer.json)]


def test_the_document_is_valid(document):
    validate(document, cls=OpenAPIV31SpecValidator)


def test_every_call_of_the_api_is_described(app, document):
    rules = [rule for rule in app.url_map.iter_rules() if str(rule).startswith("/api/")]
    calls = {
        (re.sub(r"<(\w+)>", r"{\1}", str(rule)), method)
        for rule in rules
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}

    assert {call for call in calls if call[0] not in UNDESCRIBED} == described


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (INVENTORY, "?productId=CUP"),
        (INVENTORY, "?productId=CUP&history=1"),
        (INVENTORY, ""),
        (INVENTORY, "?limit=1"),
        (WEBSOCKET, ""),
        ("/api/health", ""),
        ("/api/health/ready", ""),
        ("/api/monitoring/metrics", ""),
    ],
)
def test_reading_answers_what_is_described(app, client, program, document, path, query):
    make_product(sku="CUP", stock=4)
    make_product(sku="POT", stock=40)

    answer = client.get(path + query, headers=program)

    assert answer.status_code == 200
    assert problems(document, path, "get", 200, answer) == []


@pytest.mark.parametrize("sku", ["CUP", "POT", "GONE"])
def test_strangers_get_what_is_described_too(app, client, document, sku):
    make_product(sku="CUP", stock=4)
    make_product(sku="POT", stock=40)
    make_product(sku="GONE", stock=0)

    assert problems(document, INVENTORY, "get", 200, client.get(f"{INVENTORY}?productId={sku}")) == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [(INVENTORY, ADD, 200), (WEBSOCKET, SEND, 200), (TICKETS, {"channels": []}, 201)],
)
def test_writing_takes_and_answers_what_is_described(app, client, program, document, path, body, status):
    make_product(sku="CUP", stock=4)
    takes = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]

    answer = client.post(path, json=body, headers=program)

    assert answer.status_code == status
    assert problems(document, path, "post", status, answer) == []
    assert Draft202012Validator({**takes, "components": document["components"]}).is_valid(body)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (INVENTORY, {**ADD, "quantity": -1}, 422),
        (INVENTORY, {**ADD, "productId": "NOPE"}, 404),
        (INVENTORY, {**ADD, "operation": "remove", "quantity": 99}, 409),
        (INVENTORY, {**ADD, "operation": "set"}, 428),
        (WEBSOCKET, {**SEND, "targetChannel": "nope"}, 404),
        (WEBSOCKET, {**SEND, "targetChannel": "stock:CUP"}, 403),
        (WEBSOCKET, {}, 422),
        (TICKETS, {"userId": "nobody"}, 404),
        (TICKETS, {"channels": ["alerts"]}, 403),
        (TICKETS, {"userId": ""}, 422),
        (INVENTORY, "no JSON", 400),
        (WEBSOCKET, "no JSON", 400),
        (INVENTORY, None, 415),
        (WEBSOCKET, None, 415),
    ],
)
def test_mistakes_are_described_as_problems(app, client, program, document, path, body, status):
    make_product(sku="CUP", stock=4)
    sent = {"json": body} if isinstance(body, dict) else {"data": body}
    media_type = {} if body is None else {"Content-Type": "application/json"}

    answer = client.post(path, **sent, headers={**program, **media_type})

    assert answer.status_code == status
    assert problems(document, path, "post", status, answer) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", INVENTORY),
        ("post", INVENTORY),
        ("get", WEBSOCKET),
        ("post", TICKETS),
        ("get", "/api/monitoring/metrics"),
    ],
)
def test_a_refusal_is_described(app, client, document, method, path):
    make_product(sku="CUP")
    weak = {"Authorization": f"Bearer {create_token('weak', ['realtime:publish'])}"}

    stranger = client.open(path, method=method, json=ADD)
    outsider = client.open(path, method=method, json=ADD, headers=weak)

    assert (stranger.status_code, outsider.status_code) == (401, 403)
    assert problems(document, path, method, 401, stranger) == []
    assert problems(document, path, method, 403, outsider) == []


def test_every_call_that_has_a_limit_says_so(app, client, program, document):
    calls = [(path, method) for path, methods in document["paths"].items() for method in methods]
    limited = [
        (path, method)
        for path, method in calls
        if "RateLimit-Policy" in client.open(path, method=method, headers=program).headers
    ]

    assert limited
    assert limited == [call for call in calls if "429" in document["paths"][call[0]][call[1]]["responses"]]


def test_the_answer_of_the_limiter_is_described(app, client, program, document, monkeypatch):
    monkeypatch.setattr(limiter.limiter, "hit", lambda *_, **__: False)

    answer = client.get(WEBSOCKET, headers=program)

    assert (answer.status_code, answer.json["code"]) == (429, TooManyRequests.code)
    assert problems(document, WEBSOCKET, "get", 429, answer) == []


def test_a_shop_that_is_down_answers_as_described(make_app):
    client = make_app(DATABASE_URL="sqlite:////nowhere/at/all.db").test_client()
    document = client.get("/api/openapi.json").json

    answer = client.get("/api/health/ready")

    assert answer.status_code == 503
    assert problems(document, "/api/health/ready", "get", 503, answer) == []


def test_what_needs_a_token_says_so(document):
    protected = {
        f"{method} {path}"
        for path, methods in document["paths"].items()
        for method in methods
        if "security" in methods[method]
    }

    assert protected == {
        f"post {INVENTORY}",
        f"put {INVENTORY}",
        f"get {WEBSOCKET}",
        f"post {WEBSOCKET}",
        f"post {TICKETS}",
        "get /api/monitoring/metrics",
        "get /api/realtime/push/analytics",
    }


def test_the_page_shows_every_call(app, client, document):
    text = client.get("/api/docs").text

    assert [path for path in document["paths"] if path not in text] == []
    assert openapi.operations_of(app)


def test_the_address_of_a_refusal_is_its_place_on_the_page(client):
    leads_to = client.get(f"{INVENTORY}?productId=nobody").json["type"]

    path, _, place = leads_to.partition("#")
    assert (path, client.get(path).text.count(f'id="{place}"')) == ("/api/docs", 1)


def test_no_two_refusals_share_a_code_and_say_different_things():
    codes = [code for code, *_ in openapi.list_refusals()]

    assert sorted(set(codes)) == codes
