"""The id of a request, which follows what it did."""

import pytest

from app.core import http, outbox, request_id
from app.core.database import db, transaction
from app.core.outbox_rows import OutboxEvent
from tests.factories import make_product

OURS = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("proxies", "told", "is_kept"),
    [
        ("1", OURS, True),
        ("0", OURS, False),
        ("1", "short", False),
        ("1", "x" * 33, False),
        ("1", 'a"} {"forged', False),
        ("1", "", False),
    ],
)
def test_only_a_proxy_of_ours_may_name_a_request(make_app, proxies, told, is_kept):
    client = make_app(TRUSTED_PROXIES=proxies).test_client()

    answer = client.get("/api/health", headers={"X-Request-ID": told})

    assert (answer.headers["X-Request-ID"] == told) is is_kept
    assert request_id.is_id(answer.headers["X-Request-ID"])


@pytest.fixture
def heard(app):
    """The ids that the handler of a topic found, however it was called."""
    found = []
    outbox.register(app, "of_this_test", lambda event: found.append((event.key, http.request_id())))
    return found


def test_an_event_is_delivered_in_the_name_of_its_request(any_app, heard):
    with request_id.carry(OURS), transaction():
        outbox.announce("of_this_test", "at once")

    assert heard == [("at once", OURS)]


def test_an_event_that_waited_for_the_sweep_is_too(any_app, heard):
    any_app.config["OUTBOX_DELIVERS"] = False
    with request_id.carry(OURS), transaction():
        outbox.announce("of_this_test", "later")
    with transaction():
        outbox.announce("of_this_test", "by the clock")
        db.session.execute(OutboxEvent.__table__.update().values(next_try_at=0))

    assert outbox.sweep() == 2

    assert sorted(heard) == [("by the clock", ""), ("later", OURS)]
    assert request_id.current() == ""


def test_a_change_of_stock_tells_whose_request_it_was(any_app):
    any_app.config["OUTBOX_DELIVERS"] = False
    with request_id.carry(OURS):
        make_product(stock=1)
    make_product(stock=1)

    asked_by = db.session.query(OutboxEvent.request_id).filter_by(topic="stock_changed").all()
    assert sorted(row.request_id for row in asked_by) == ["", OURS]
