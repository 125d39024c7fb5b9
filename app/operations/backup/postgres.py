"""Copying a PostgreSQL database while it is used, by its own tools."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.operations.backup.errors import ToolFailed

FILE = "database.dump"
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1"


def plain(url: str) -> str:
    """As PostgreSQL's own library spells it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def dump(url: str, folder: Path) -> dict[str, int]:
    """Rows by table, of the same moment as the dump: both read one snapshot."""
    with psycopg.connect(plain(url)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row
        counts = count_rows(connection)
        (folder / FILE).touch(mode=0o600)
        run("pg_dump", url, "-Fc", "--snapshot", row[0], "--file", str(folder / FILE))
    return counts


def count_rows(connection: psycopg.Connection) -> dict[str, int]:
    counts = {}
    for (name,) in connection.execute(TABLES).fetchall():
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        counts[name] = row[0] if row else 0
    return counts


def count(url: str) -> dict[str, int]:
    with psycopg.connect(plain(url)) as connection:
        return count_rows(connection)


def load(url: str, folder: Path) -> None:
    """Whole or not at all: one transaction."""
    run("pg_restore", url, "--single-transaction", "--exit-on-error", str(folder / FILE))


def run(tool: str, url: str, *arguments: str) -> None:
    """Raises ToolFailed."""
    if shutil.which(tool) is None:
        raise ToolFailed(f"{tool} is not on PATH; on Debian: apt-get install postgresql-client")
    with address_without_password(url) as address:
        command = [tool, "--no-password", "--no-owner", "--no-privileges", "--dbname", address, *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ToolFailed(
            f"{tool} failed: {done.stderr.strip() or done.returncode}. It must not be older than the server"
        )


@contextmanager
def address_without_password(url: str) -> Iterator[str]:
    """Everybody on the machine sees a program's arguments, so that the password goes by a file."""
    parts: dict[str, Any] = {
        name: value for name, value in conninfo_to_dict(plain(url)).items() if value is not None
    }
    password = str(parts.pop("password", ""))
    if not password:
        yield make_conninfo(**parts)
        return
    with tempfile.NamedTemporaryFile("w", prefix="pgpass-") as file:  # made with mode 0600
        escaped = password.replace("\\", "\\\\").replace(":", "\\:")
        file.write(f"*:*:*:*:{escaped}\n")
        file.flush()
        yield make_conninfo(**parts, passfile=file.name)
