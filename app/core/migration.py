"""Bringing the database to the newest migration, and knowing when it is newer than the code."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from flask_migrate import upgrade as run_migrations

from app.core.database import db
from app.core.errors import DomainError


class DatabaseTooNew(DomainError):
    code, title = "database_too_new", "The database was made by a newer version of Liveshelf"


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
    run_migrations(directory=current_app.extensions["migrate"].directory)


def current_revision() -> str | None:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    return scripts().get_current_head()


def is_known(revision: str) -> bool:
    try:
        return scripts().get_revision(revision) is not None
    except CommandError:
        return False


def scripts() -> ScriptDirectory:
    if "migration_scripts" not in current_app.extensions:
        current_app.extensions["migration_scripts"] = ScriptDirectory(
            current_app.extensions["migrate"].directory
        )
    found: ScriptDirectory = current_app.extensions["migration_scripts"]
    return found
