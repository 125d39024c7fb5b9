"""A row and the event that tells of it, for what is written so often that a round trip counts."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from app.core import outbox
from app.core.database import db
from app.core.outbox import Announcement
from app.core.outbox_rows import FRESH
from app.core.outbox_rows import outbox as events


class ToldRow:
    """Rows of one table, each written with its own event. PostgreSQL takes both as one statement, SQLite one by one."""

    def __init__(self, table: sa.FromClause) -> None:
        """Make it once, beside the model: the statements are built here."""
        assert isinstance(table, sa.Table)
        self.row = sa.insert(table).values(bind(table.columns, "row"))
        told = (events.c[name] for name in ("topic", "key", "version", "payload"))
        event = sa.insert(events).values({**bind(told, "event"), **FRESH}).returning(events.c.id)
        self.both = event.add_cte(self.row.cte("row"))

    def write(self, values: dict[str, Any], topic: str, key: str, **payload: Any) -> None:
        """Inside the running transaction; the rest is as in outbox.announce."""
        row = {f"row_{name}": value for name, value in values.items()}
        if db.engine.dialect.name == "sqlite":
            db.session.execute(self.row, row)
            outbox.announce(topic, key, **payload)
            return
        event = {"event_topic": topic, "event_key": key, "event_version": 0, "event_payload": payload}
        event_id = db.session.execute(self.both, row | event).scalar_one()
        outbox.deliver_after_commit(Announcement(event_id, topic, key, 0, payload))


def bind(columns: Iterable[sa.ColumnElement[Any]], prefix: str) -> dict[str, sa.BindParameter[Any]]:
    """A parameter for each column that the database does not fill itself."""
    named = [each for each in columns if isinstance(each, sa.Column) and not each.primary_key]
    return {each.name: sa.bindparam(f"{prefix}_{each.name}", type_=each.type) for each in named}
