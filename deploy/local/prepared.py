"""Whether an SQLite database needs no work, found out without loading the shop, which takes a second."""

import re
import sqlite3
from pathlib import Path

from app.settings import Settings

REVISION = re.compile(r'^(down_)?revision\b[^=]*= *["\'](\w+)["\']', re.MULTILINE)


def is_prepared(settings: Settings, root: Path) -> bool:
    """False whenever in doubt; then the shop itself looks, and says what is wrong."""
    if not settings.is_sqlite:
        return False
    path = settings.DATABASE_URL.removeprefix("sqlite:///")
    if not Path(path).is_file():
        return False
    try:
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            revisions = {row[0] for row in database.execute("SELECT version_num FROM alembic_version")}
            is_filled = (
                not settings.is_demo or has_rows(database, "product") and has_rows(database, "user_account")
            )
        finally:
            database.close()
    except sqlite3.Error:
        return False
    return is_filled and revisions == heads(root / "migrations" / "versions")


def has_rows(database: sqlite3.Connection, table: str) -> bool:
    return database.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None  # noqa: S608  # our own names


def heads(folder: Path) -> set[str]:
    """The migrations that no other one follows."""
    found = [match for file in folder.glob("*.py") for match in REVISION.findall(file.read_text())]
    return {name for down, name in found if not down} - {name for down, name in found if down}
