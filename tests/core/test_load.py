"""More requests than a process can take on: the others are told to come again, and what watches the shop is served."""

import io

import pytest
from flask import request
from werkzeug.exceptions import RequestTimeout

from app.core import assets
from app.core.failures import TITLES
from app.core.load import PIECE_BYTES, Body


@pytest.fixture
def crowded(make_app):
    """A shop that works on as much as it may."""
    app = make_app(WEB_MAX_IN_FLIGHT="10")
    app.extensions["load"].in_flight = 10
    return app


@pytest.mark.parametrize("path", ["/", "/products/cup", "/checkout", "/nope"])
def test_somebody_who_comes_to_a_crowded_shop_gets_a_page_that_says_when_to_come_again(crowded, path):
    answer = crowded.test_client().get(path)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert TITLES[503] in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not {"Set-Cookie", "X-Request-ID"} & set(answer.headers.keys())


@pytest.mark.parametrize("headers", [{}, {"Accept": "application/json"}])
def test_a_program_is_told_the_same_in_its_own_terms(crowded, headers):
    path = "/" if headers else "/api/realtime/inventory"

    answer = crowded.test_client().post(path, json={}, headers=headers)

    assert (answer.status_code, answer.json["code"], answer.headers["Retry-After"]) == (503, "busy", "2")


def test_what_watches_the_shop_and_its_files_are_served_in_any_crowd(crowded):
    with crowded.app_context():
        style = assets.path("css/shop.css")

    answers = [crowded.test_client().get(path) for path in ("/api/health", "/api/health/ready", style)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


def test_a_request_counts_until_it_is_answered_however_it_ends(make_app):
    app = make_app()
    load, seen = app.extensions["load"], []
    app.before_request(lambda: seen.append(load.in_flight))
    app.add_url_rule("/broken", view_func=lambda: 1 / 0)

    statuses = [app.test_client().get(path).status_code for path in ("/login", "/nope", "/broken")]

    assert statuses == [200, 404, 500]
    assert (seen, load.in_flight) == ([1, 1, 1], 0)


def test_who_sends_slowly_keeps_nobody_out(app):
    load, seen = app.extensions["load"], []

    class Slow(io.BytesIO):
        def read(self, size=-1):
            seen.append((load.in_flight, size))
            return super().read(size)

    with load.counting(1):
        body = Body(Slow(b"x" * 20_000), load, is_interruptible=False)
        assert (len(body.read()), len(body.read(100_000)), body.read(10)) == (PIECE_BYTES, 3_616, b"")

    assert seen == [(0, PIECE_BYTES), (0, PIECE_BYTES), (0, 10)]
    assert load.in_flight == 0


def test_a_body_that_does_not_come_is_given_up_with_a_word(make_app):
    class Stalled(io.BytesIO):
        def read(self, _=-1):
            raise RequestTimeout()

    app = make_app()
    app.add_url_rule("/reads", view_func=lambda: request.get_data())

    answer = app.test_client().get("/reads", input_stream=Stalled(b"never"))

    assert (answer.status_code, TITLES[408] in answer.text) == (408, True)
    assert app.extensions["load"].in_flight == 0
