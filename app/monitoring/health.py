"""Whether this shop can serve, as far as asking its database, its disk and its Redis once can tell.

No check keeps anybody waiting for more than half a second: one that hangs goes on by itself, and counts as broken.
"""

import shutil
import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from app.core import clock, migration
from app.core.database import db
from app.monitoring import draining

LEAST_FREE_BYTES = 50 * 1024 * 1024
KEEP_S = 1.0
LONGEST_S = 0.5

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
        self._runs: dict[str, Run] = {}
        self._since: dict[str, int] = {}
        self._asking = threading.Lock()

    def read(self) -> dict[str, Any]:
        """`{status: ok, degraded, draining or down, checks: {name: {ok, problem, ms, since}}}`.

        `since` is when this process first saw it broken, epoch ms. Whoever asks meanwhile waits for the same answer.
        """
        with self._asking:
            if time.monotonic() - self._known[0] > KEEP_S:
                self._known = (time.monotonic(), self._ask())
        status, checks = self._known[1]["status"], self._known[1]["checks"]
        return {"status": "draining" if draining.is_draining() else status, "checks": checks}

    def _ask(self) -> dict[str, Any]:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        for name, check in self.checks.items():
            # One that hangs is not asked again until it has ended, or each second would leave another behind.
            if name not in self._runs or self._runs[name].result:
                self._runs[name] = Run(app, check)
        until = time.monotonic() + LONGEST_S
        checks = {name: self._runs[name].wait(until) for name in self.checks}
        for name, result in checks.items():
            self._since = note_since(self._since, name, result["ok"])
            result["since"] = self._since.get(name)
        broken = {name for name, result in checks.items() if not result["ok"]}
        status = "ok" if not broken else "degraded" if broken <= set(OPTIONAL) else "down"
        return {"status": status, "checks": checks}


def note_since(known: dict[str, int], name: str, is_ok: bool) -> dict[str, int]:
    others = {other: moment for other, moment in known.items() if other != name}
    return others if is_ok else {**others, name: known.get(name, clock.now_ms())}


class Run:
    """One check on its way, in a thread of its own (under gevent: a greenlet)."""

    def __init__(self, app: Flask, check: Check):
        self.result: dict[str, Any] = {}
        self._app, self._check = app, check
        self._started = time.perf_counter()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        problem: str | None
        try:
            with self._app.app_context():
                problem = self._check()
        except Exception as error:
            problem = type(error).__name__
        self.result = {"ok": problem is None, "problem": problem, "ms": self._ms()}

    def _ms(self) -> float:
        return round((time.perf_counter() - self._started) * 1000, 1)

    def wait(self, until: float) -> dict[str, Any]:
        self._thread.join(max(0.0, until - time.monotonic()))
        return dict(self.result) or {"ok": False, "problem": "it does not answer in time", "ms": self._ms()}


def init_app(app: Flask) -> None:
    app.extensions["health"] = Health()


def read() -> dict[str, Any]:
    health: Health = current_app.extensions["health"]
    return health.read()


def register(app: Flask, name: str, check: Check) -> None:
    """`check` returns None, or what is wrong in a few words; of what it raises only the kind is told."""
    app.extensions["health"].checks[name] = check


def check_database() -> str | None:
    """That it answers, not that it takes writes."""
    db.session.execute(sa.text("SELECT 1"))
    return None


def check_migrations() -> str | None:
    """A database ahead of this code is well: it was migrated for the release that is about to follow."""
    current = migration.current_revision()
    if current == migration.newest_revision() or current is not None and not migration.is_known(current):
        return None
    return "the database is not at the newest migration"


def check_disk() -> str | None:
    """The one that DATA_DIR is on."""
    free = shutil.disk_usage(current_app.config["SETTINGS"].DATA_DIR).free
    return None if free >= LEAST_FREE_BYTES else f"only {free // 1024 // 1024} MiB free"


def check_redis() -> str | None:
    """That it answers, not that it takes writes."""
    current_app.extensions["redis"].call(lambda client: client.ping())
    return None
