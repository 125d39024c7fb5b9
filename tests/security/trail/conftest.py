"""A trail with something in it, and somebody who can write to its database."""

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.security import audit


@pytest.fixture
def deeds():
    """`deeds(3)`: as many entries, each written in a transaction of its own."""

    def do(number):
        for price in range(number):
            with transaction():
                audit.record(
                    "price_changed",
                    "product:7",
                    actor="user:ab12",
                    role="staff",
                    before={"price": price},
                    after={"price": price + 1, "sale": None},
                )

    return do


@pytest.fixture
def intruder():
    """`intruder("UPDATE ...")`: what the database's owner can do, who first does away with the triggers."""

    def execute(statement):
        with transaction():
            if db.engine.dialect.name == "sqlite":
                db.session.execute(sa.text("DROP TRIGGER IF EXISTS audit_entry_kept"))
                db.session.execute(sa.text("DROP TRIGGER IF EXISTS audit_entry_unchanged"))
            else:
                db.session.execute(sa.text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
            db.session.execute(sa.text(statement))

    return execute
