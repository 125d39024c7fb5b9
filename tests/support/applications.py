"""The shop inside the test's own process."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, globals
from flask.testing import FlaskClient
from sqlalchemy import event

from app import create_app
from app.core.database import db
from tests.support.quicker import CompiledStatements, CompiledTemplates, SharedRule, prepare_assets_once
from tests.support.settings import environment_for, settings_for

MakeApp = Callable[..., Flask]

templates = CompiledTemplates()
statements = CompiledStatements()
Flask.url_rule_class = SharedRule
prepare_assets_once()


class FreshClient(FlaskClient):
    """Each request gets an application context of its own, as on a server, though the test has pushed one too."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return Context().run(super().open, *args, **kwargs)


@pytest.fixture
def make_app(tmp_path: Path, database_url: str, redis: Any, session_redis: Any) -> Iterator[MakeApp]:
    """`make_app(WEBSOCKET_PORT="1", ...)`: the shop with these settings, on the test's own database."""
    made: list[Flask] = []

    def make(**overrides: str) -> Flask:
        addresses = {"DATABASE_URL": database_url, "REDIS_URL": session_redis.url}
        app = create_app(settings_for(tmp_path, **{**addresses, **overrides}))
        app.testing = False  # errors reach their handlers, as for everybody
        app.jinja_env.bytecode_cache = templates
        with app.app_context():
            event.listen(db.engine, "connect", never_wait_for_the_disk)
            db.engine.update_execution_options(compiled_cache=statements)
        app.config["OUTBOX_PAUSE_S"] = 0  # a test looks right after each change
        app.test_client_class = FreshClient
        made.append(app)
        return app

    yield make
    for app in made:
        close(app)


def never_wait_for_the_disk(connection: Any, _: Any) -> None:
    """What a test writes need not outlive the machine; processes that tests start and kill wait as in production."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


def close(app: Flask) -> None:
    """Write what is still to be marked, and let go of the database, before its file is deleted."""
    for batch in ("outbox_late", "outbox_marks", "refused_demand"):
        app.extensions[batch].close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["redis"].client.close()


@pytest.fixture
def app(make_app: MakeApp) -> Iterator[Flask]:
    """The shop on an empty, migrated database, with its application context pushed."""
    app = make_app()
    with app.app_context():
        yield app


@pytest.fixture
def any_app(app: Flask) -> Flask:
    """The same, but the test runs twice: on SQLite and on PostgreSQL."""
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def process_environment(app: Flask, tmp_path: Path, database_url: str, session_redis: Any) -> dict[str, str]:
    """What a process needs to work on the same shop as `app`."""
    addresses = {"DATABASE_URL": database_url, "REDIS_URL": session_redis.url}
    return {**os.environ, **environment_for(tmp_path, **addresses)}


@pytest.fixture(autouse=True)
def no_context_is_left() -> Iterator[None]:
    """A context that a test leaves pushed would leak into the next test."""
    yield
    assert not globals._cv_app.get(None), "an application context is still pushed"
