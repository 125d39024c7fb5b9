"""How migrations reach the database: through the application's own engine and models."""

from alembic import context
from flask import current_app

from app.core.database import db


def run() -> None:
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # A changed SQLite table is a new one that takes the old one's place, which foreign keys would refuse.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection, target_metadata=db.metadata, render_as_batch=sqlite, compare_type=True
        )
        if sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        with context.begin_transaction():
            context.run_migrations()
        if sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


assert current_app, "run through `flask db`"
run()
