"""Whether the migrations make what the models say: `python -m tests.support.migrations`, on a database thrown away."""

import sys
import tempfile
from pathlib import Path

from alembic.util import CommandError
from flask_migrate import check

from app import create_app
from app.core import migration
from app.core.database import db
from tests.support.settings import settings_for


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings_for(Path(folder), REDIS_URL="unix:///nowhere"))
        with app.app_context():
            migration.upgrade()
            try:
                check(directory=app.config["MIGRATIONS"])
            except (CommandError, SystemExit) as error:
                print(f"The models have changed without a migration: {error}", file=sys.stderr)
                return 1
            finally:
                db.engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
