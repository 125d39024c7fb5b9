"""INSERT that may say what happens when a row is there already."""

from typing import Any

from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core.database import db


def insert_into(table: Any) -> PostgresInsert:
    """As the database at hand spells it; both know `on_conflict_do_nothing` and `on_conflict_do_update`."""
    insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgres_insert
    return insert(table)  # type: ignore[return-value]  # the two differ in nothing that is used here
