"""What callers hear when the database is locked or gone."""

import errno
import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from app.core import database
from app.core.failures import TITLES
from app.core.session import is_whole
from app.security.tokens import create_token
from tests.factories import make_product

URL = "/api/realtime/inventory"
ADD = {"productId": "CUP", "quantity": 5, "operation": "add"}


@pytest.fixture
def gone(make_app):
    """The shop on a database that is not there."""
    return make_app(DATABASE_URL="sqlite:////nowhere/at/all.db").test_client()


def test_a_snapshot_that_cannot_begin_leaves_no_trace(make_app):
    app = make_app(DATABASE_URL="sqlite:////nowhere/at/all.db")

    with app.app_context(), pytest.raises(OperationalError), database.snapshot():
        pass

    assert not is_whole.get()


def test_a_locked_database_still_shows_and_asks_writers_to_come_back(app, client, database_url, monkeypatch):
    monkeypatch.setattr(database, "WRITE_WAIT_S", 0.1)
    make_product(sku="CUP", slug="cup", stock=10)
    headers = {"Authorization": f"Bearer {create_token('tests', ['inventory:read', 'inventory:write'])}"}
    app.extensions["outbox_marks"].flush()
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    page, refused = client.get("/products/cup"), client.post(URL, json=ADD, headers=headers)
    other.close()

    assert page.status_code == 200
    assert (refused.status_code, refused.json["code"]) == (503, "busy")
    assert int(refused.headers["Retry-After"]) > 0
    assert client.post(URL, json=ADD, headers=headers).json["onHand"] == 15


@pytest.mark.parametrize(
    "path", ["/", "/products/cup", "/search?q=cup", "/nope", "/categories/tableware", "/products/%00"]
)
def test_without_a_database_pages_say_so_and_when_to_come_back(gone, path):
    answer = gone.get(path)

    assert answer.status_code == 503
    assert TITLES[503] in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert "nowhere" not in answer.text


def ask_for_stock(client):
    return client.get(f"{URL}?productId=CUP")


def ask_what_was_missed(client):
    return client.post("/live/recover", json={"channels": ["stock:CUP"]})


@pytest.mark.parametrize("ask", [ask_for_stock, ask_what_was_missed])
def test_without_a_database_programs_hear_the_same(gone, ask):
    answer = ask(gone)

    assert (answer.status_code, answer.json["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0
    assert "nowhere" not in answer.text


def test_without_a_database_the_page_about_it_knows_nobody(gone):
    gone.set_cookie("sid", "somebody")

    answer = gone.get("/")

    assert answer.status_code == 503
    assert TITLES[503] in answer.text


def test_what_needs_no_database_is_there_without_one(gone):
    assert gone.get("/login").status_code == 200
    assert gone.get("/api/health").json == {"status": "ok"}
    assert gone.get("/api/openapi.json").status_code == 200


def test_without_a_database_a_call_with_a_token_is_not_told_that_it_is_wrong(gone):
    answer = gone.get(URL, headers={"Authorization": "Bearer ls_x"})

    assert answer.status_code == 503


@pytest.mark.parametrize(("code", "status"), [(errno.ENOSPC, 503), (errno.EDQUOT, 503), (errno.EACCES, 500)])
def test_only_a_full_disk_is_answered_with_a_time_to_come_again(make_app, code, status):
    def write():
        raise OSError(code, "while writing a file")

    app = make_app()
    app.add_url_rule("/writes", view_func=write)

    answer = app.test_client().get("/writes")

    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)
