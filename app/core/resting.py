"""Connections that lie in the pool may have died there: the database was restarted, or a firewall forgot them."""

import math
import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

PING_AFTER_S = 1.0


def watch(engine: sa.Engine) -> None:
    """Before it is used again, ask a connection that rested for a second whether it is still there.

    SQLAlchemy's own pre-ping asks at every use, and a request of ours uses up to three.
    """

    def note(_: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["rests_since"] = time.monotonic()

    def ping(connection: Any, entry: ConnectionPoolEntry, _: Any) -> None:
        if time.monotonic() - entry.info.get("rests_since", math.inf) < PING_AFTER_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError() from error

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", ping)
