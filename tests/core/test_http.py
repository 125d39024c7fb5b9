"""How answers leave: one shape of problem for programs, pages for people, and nothing of our insides in either."""

import pytest

from app.core.errors import DomainError
from app.core.failures import STATUS, TEXTS, TITLES, problem
from app.core.http import finite, parse_json
from app.security.tokens import create_token
from tests.factories import make_product
from tests.security.test_login import csrf_of

URL = "/api/realtime/inventory"
ADD = {"productId": "CUP", "quantity": 5, "operation": "add"}
SECRET = "the password is hunter2"


@pytest.fixture
def program(app):
    token = create_token("tests", ["inventory:read", "inventory:write"])
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def broken(app):
    """A page and an API call that fail in a way that nobody thought of."""

    def fail():
        raise RuntimeError(SECRET)

    app.add_url_rule("/broken", "broken", fail)
    app.add_url_rule("/api/broken", "api_broken", fail)


def test_a_problem_has_the_documented_shape(app, client):
    answer = client.get(f"{URL}?productId=NOPE")

    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "/api/docs#unknown_sku",
        "title": "No product has this SKU",
        "status": 404,
        "detail": "No product has the SKU NOPE",
        "code": "unknown_sku",
        "requestId": answer.headers["X-Request-ID"],
        "productId": "NOPE",
    }


def test_every_request_has_an_id_of_our_own_making(app, client):
    first = client.get("/", headers={"X-Request-ID": "mine"}).headers["X-Request-ID"]
    second = client.get("/").headers["X-Request-ID"]

    assert len({"mine", first, second}) == 3


def test_every_kind_of_error_has_a_status(app):
    kinds = {error.kind for error in DomainError.__subclasses__()}

    assert kinds <= set(STATUS)


@pytest.mark.parametrize("path", ["/api/broken", "/broken"])
def test_a_bug_shows_its_reference_and_nothing_of_itself(broken, client, path):
    answer = client.get(path)

    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text


def test_a_bug_is_a_problem_for_programs_and_a_page_for_people(broken, client):
    problem, page = client.get("/api/broken"), client.get("/broken")

    assert (problem.json["code"], problem.json["detail"]) == ("internal", TEXTS[500])
    assert TITLES[500] in page.text
    assert "<html" in page.text


def test_after_a_bug_the_next_request_is_served(broken, client):
    client.get("/broken")

    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("delete", "/", "GET"),
        ("post", "/search", "GET"),
        ("get", "/logout", "POST"),
        ("delete", "/api/realtime/websocket", "POST"),
    ],
)
def test_a_verb_that_is_not_there_says_which_are(app, client, program, method, path, allowed):
    answer = getattr(client, method)(path, headers=program)

    assert answer.status_code == 405
    assert allowed in answer.headers["Allow"]
    assert answer.headers["X-Request-ID"] in answer.text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b"{", 400, "malformed_json"),
        (b"{'productId': 1}", 400, "malformed_json"),
        (b"\xff\xfe\xfd", 400, "malformed_json"),
        (b"[" * 100_000, 400, "malformed_json"),
        (b'{"quantity": NaN}', 400, "malformed_json"),
        (b'{"quantity": -Infinity}', 400, "malformed_json"),
        (b'{"quantity": 1e999}', 400, "malformed_json"),
        (b'{"quantity": ' + b"9" * 5000 + b"}", 400, "malformed_json"),
        (b"null", 422, "invalid"),
        (b'"text"', 422, "invalid"),
        (b'{"productId": "\\ud800", "quantity": 5, "operation": "add"}', 422, "invalid"),
    ],
)
def test_a_body_that_cannot_be_read(app, client, program, body, status, code):
    answer = client.post(URL, data=body, headers={**program, "Content-Type": "application/json"})

    assert (answer.status_code, answer.json["code"]) == (status, code)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", ""]
)
def test_a_body_of_another_type(app, client, program, kind):
    make_product(sku="CUP")

    refused = client.post(URL, data=b"{}", headers={**program, "Content-Type": kind})
    taken = client.post(URL, json=ADD, headers=program)

    assert (refused.status_code, refused.json["code"]) == (415, "unsupported_media_type")
    assert taken.status_code == 200


@pytest.mark.parametrize(("size", "status"), [(1024 * 1024, 422), (1024 * 1024 + 1, 413)])
def test_a_body_has_a_largest_size(app, client, program, size, status):
    start = b'{"productId": "'
    body = start + b"x" * (size - len(start) - 2) + b'"}'

    answer = client.post(URL, data=body, headers={**program, "Content-Type": "application/json"})

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_a_form_that_is_too_large_is_refused_before_it_is_read(app, client):
    answer = client.post("/theme", data={"theme": "x" * 1024 * 1024, "csrf_token": csrf_of(client)})

    assert answer.status_code == 413
    assert TITLES[413] in answer.text


@pytest.mark.parametrize(("text", "number"), [("0.5", 0.5), ("1e3", 1000.0), ("-1e308", -1e308)])
def test_numbers_that_are_finite_are_read(text, number):
    assert finite(text) == number
    assert parse_json(f"[{text}]".encode()) == [number]


def test_values_that_no_row_can_have_are_no_bug(any_app, client):
    make_product(slug="cup")
    huge = "9" * 40
    paths = [
        "/search?q=%00", "/search/suggestions?q=%00%00", "/products/%00", "/categories/%00", "/products/cup?sku=%00",
        f"{URL}?productId=%00", f"{URL}?productId={huge}", "/categories/tableware?page=" + huge,
    ]  # fmt: skip

    statuses = {path: client.get(path).status_code for path in paths}

    assert set(statuses.values()) <= {200, 400, 404}, statuses
    missed = client.post("/live/recover", json={"channels": [f"product:{huge}", "stock:\0"]})
    assert missed.status_code == 200


def test_no_fact_of_a_refusal_takes_the_place_of_its_status(app):
    with app.test_request_context("/api/x"):
        document = problem(
            409, "room_changed", "Too late", "Closed", {"status": "closed", "room": "4f1c"}
        ).json

    assert (document["status"], document["room"]) == (409, "4f1c")
