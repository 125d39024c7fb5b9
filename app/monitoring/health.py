"""Whether this shop can serve, as far as asking its database, its disk and its Redis once can tell.

A check takes as long as its dependency lets it: a Redis that hangs about a second, a PostgreSQL some seconds.
"""

import shutil
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from app.core import migration
from app.core.database import db

LEAST_FREE_BYTES = 50 * 1024 * 1024
KEEP_S = 1.0

# Without these the shop still sells; it is degraded, not down.
OPTIONAL = ("redis", "live")

Check = Callable[[], str | None]


class Health:
    """Remembers for a second what the checks said in this process, so that asking often costs little."""

    def __init__(self) -> None:
        self.checks: dict[str, Check] = {
            "database": check_database,
            "migrations": check_migrations,
            "disk": check_disk,
            "redis": check_redis,
        }
        self._known: tuple[float, dict[str, Any]] = (float("-inf"), {})

    def read(self) -> dict[str, Any]:
        """`{status: ok, degraded or down, checks: {name: {ok, problem, ms}}}`."""
        if time.monotonic() - self._known[0] > KEEP_S:
            checks = {name: run(check) for name, check in self.checks.items()}
            broken = {name for name, result in checks.items() if not result["ok"]}
            status = "ok" if not broken else "degraded" if broken <= set(OPTIONAL) else "down"
            self._known = (time.monotonic(), {"status": status, "checks": checks})
        return self._known[1]


def init_app(app: Flask) -> None:
    app.extensions["health"] = Health()


def register(app: Flask, name: str, check: Check) -> None:
    """`check` returns None, or what is wrong in a few words; of what it raises only the kind is told."""
    app.extensions["health"].checks[name] = check


def run(check: Check) -> dict[str, Any]:
    start = time.perf_counter()
    try:
        problem = check()
    except Exception as error:
        problem = type(error).__name__
    return {"ok": problem is None, "problem": problem, "ms": round((time.perf_counter() - start) * 1000, 1)}


def check_database() -> str | None:
    """That it answers, not that it takes writes."""
    db.session.execute(sa.text("SELECT 1"))
    return None


def check_migrations() -> str | None:
    newest = migration.current_revision() == migration.newest_revision()
    return None if newest else "the database is not at the newest migration"


def check_disk() -> str | None:
    """The one that DATA_DIR is on."""
    free = shutil.disk_usage(current_app.config["SETTINGS"].DATA_DIR).free
    return None if free >= LEAST_FREE_BYTES else f"only {free // 1024 // 1024} MiB free"


def check_redis() -> str | None:
    """That it answers, not that it takes writes."""
    current_app.extensions["redis"].call(lambda client: client.ping())
    return None
