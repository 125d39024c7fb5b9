"""What a hold costs does not grow with the shop: every statement on its way finds its rows by an index."""

import pytest
from sqlalchemy import event

from app.core.database import db
from app.inventory import expiry
from app.security.tokens import create_token
from tests.factories import make_product

URL = "/api/realtime/inventory"
CUP = {"productId": "CUP", "quantity": 2}
CALLS = {
    "reserve": ("PATCH", {"ownerId": "jun", **CUP}),
    "renew": ("PATCH", {"ownerId": "ada", **CUP}),
    "refuse": ("PATCH", {"ownerId": "jun", "productId": "CUP", "quantity": 50}),
    "process": ("PUT", {"orderId": "KM-1", "ownerId": "ada"}),
    "process again": ("PUT", {"orderId": "KM-0", "ownerId": "ada"}),
    "sell": ("PUT", {"orderId": "KM-2", **CUP}),
    "release": ("DELETE", None),
    "sweep": (None, None),
}


@pytest.fixture
def till(app):
    token = create_token("till", ["inventory:read", "inventory:write"])
    headers = {"Authorization": f"Bearer {token}"}

    def ask(method, body, **more):
        return app.test_client().open(
            URL,
            method=method,
            json=body,
            query_string=None if body else {"ownerId": "ada"},
            headers={**headers, **more},
        )

    make_product(sku="CUP", stock=20)
    ask("PUT", {"orderId": "KM-0", **CUP})
    ask("PATCH", {"ownerId": "ada", **CUP})
    return ask


@pytest.mark.parametrize("name", CALLS)
def test_no_statement_of_a_hold_reads_a_whole_table(till, name):
    method, body = CALLS[name]
    heard = listen()
    if method:
        till(method, body, **{"Idempotency-Key": "key"})
    else:
        expiry.expire_due()
    event.remove(db.engine, "before_cursor_execute", heard.hear)

    scans = [scan for statement in heard.statements for scan in explain(*statement)]
    assert heard.statements
    assert scans == []


def test_a_hold_of_a_browser_is_counted_by_an_index(app, till):
    statement = "SELECT COUNT(*) FROM reservation WHERE client = ? AND status = ?"

    assert explain(statement, ("address", "held")) == []


class listen:  # noqa: N801
    """Every statement that the database is sent."""

    def __init__(self):
        self.statements = []
        event.listen(db.engine, "before_cursor_execute", self.hear)

    def hear(self, connection, cursor, statement, parameters, *_):
        if statement.startswith(("SELECT", "UPDATE", "INSERT", "DELETE")):
            self.statements.append((statement, parameters))


def explain(statement, parameters):
    """The tables that SQLite would read from end to end."""
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return [f"{row.detail}: {statement}" for row in plan if is_scan(row.detail)]


def is_scan(step):
    """What is paid and not yet processed is never much, and has an index of its own."""
    words = step.split()
    return words[0] == "SCAN" and words[1] in db.metadata.tables and "ix_reservation_confirmed" not in words
