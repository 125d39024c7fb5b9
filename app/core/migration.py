"""Bringing the database to the newest migration, and knowing when it is newer than the code.

Alembic weighs 10 MB, so it is imported by what migrates or asks, and not by each process that never does.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, current_app

from app.core.database import db
from app.core.errors import DomainError


class DatabaseTooNew(DomainError):
    code, title = "database_too_new", "The database was made by a newer version of Liveshelf"


if TYPE_CHECKING:
    from alembic.script import ScriptDirectory


def init_app(app: Flask, folder: Path) -> None:
    """The `flask` command has imported it for its `flask db`, which needs it bound."""
    app.config["MIGRATIONS"] = str(folder)
    if "flask_migrate" in sys.modules:
        bind(app)


def bind(app: Flask) -> None:
    from flask_migrate import Migrate

    Migrate(app, db, directory=app.config["MIGRATIONS"], render_as_batch=True)


def upgrade() -> None:
    """Run what is missing. Raises DatabaseTooNew when the database has a migration that this code does not know."""
    current = current_revision()
    if current == newest_revision():
        return
    if current is not None and not is_known(current):
        raise DatabaseTooNew(
            f"DATABASE_URL: the database is at migration {current}, which this version does not know; "
            "run the newer version, or use another database"
        )
    import flask_migrate

    bind(current_app._get_current_object())  # type: ignore[attr-defined]
    flask_migrate.upgrade(directory=current_app.config["MIGRATIONS"])


def current_revision() -> str | None:
    from alembic.runtime.migration import MigrationContext

    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    return scripts().get_current_head()


def is_known(revision: str) -> bool:
    from alembic.util import CommandError

    try:
        return scripts().get_revision(revision) is not None
    except CommandError:
        return False


def scripts() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    if "migration_scripts" not in current_app.extensions:
        current_app.extensions["migration_scripts"] = ScriptDirectory(current_app.config["MIGRATIONS"])
    found: ScriptDirectory = current_app.extensions["migration_scripts"]
    return found
