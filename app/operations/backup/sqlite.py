"""Copying an SQLite database while it is used, by its own online backup."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from app.operations.backup import manifest
from app.operations.backup.errors import NoBackup

FILE = "database.sqlite"


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def dump(url: str, folder: Path) -> dict[str, int]:
    """Rows by table. Everything is as of the moment when this begins; writers go on meanwhile."""
    file = folder / FILE
    file.touch(mode=0o600)
    with closing(sqlite3.connect(path_of(url))) as source, closing(sqlite3.connect(file)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # so that it is one file
        if (found := copy.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise NoBackup(f"the database is damaged ({found}); take the last backup that was whole")
        return count_rows(copy)


def count_rows(database: sqlite3.Connection) -> dict[str, int]:
    tables = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in tables}  # noqa: S608


def count(url: str) -> dict[str, int]:
    """Empty when there is no database, or one without tables."""
    path = path_of(url)
    if not path.exists() or not path.stat().st_size:
        return {}
    with closing(sqlite3.connect(path)) as database:
        return count_rows(database)


def load(url: str, folder: Path) -> None:
    """Whole or not at all."""
    path = path_of(url)
    draft = path.with_name(f"{path.name}.restoring")
    manifest.copy(folder / FILE, draft)
    for leftover in ("-wal", "-shm"):
        path.with_name(path.name + leftover).unlink(missing_ok=True)  # of an empty database
    os.replace(draft, path)
