"""What must answer before the shop can start: a Redis of one's own, and the database, prepared here."""

from typing import TYPE_CHECKING

from app.settings import Settings
from deploy.local.refusal import Refusal, without_password

if TYPE_CHECKING:
    from flask import Flask


def check_redis(settings: Settings) -> None:
    if settings.redis_is_embedded:
        return
    from app.core.redis import RedisError, connect

    shown = without_password(settings.REDIS_URL)
    try:
        connect(settings.REDIS_URL).ping()
    except ValueError as error:
        raise Refusal(f"REDIS_URL: {shown} is not the address of a Redis ({error})") from None
    except (RedisError, OSError) as error:
        raise Refusal(f"REDIS_URL: cannot reach {shown} ({first_line(error)})") from None


def prepare_database(settings: Settings) -> None:
    """Run what migrations are missing, and fill the demo's empty shop."""
    from sqlalchemy.exc import DBAPIError

    from app.core.migration import DatabaseTooNew

    try:
        fill(settings)
    except DatabaseTooNew as error:
        raise Refusal(error.detail) from None
    except DBAPIError as error:
        shown = without_password(settings.DATABASE_URL)
        raise Refusal(f"DATABASE_URL: cannot use {shown} ({first_line(error.orig or error)})") from None


def fill(settings: Settings) -> None:
    from app import create_app
    from app.core import migration
    from app.core.database import db

    app = create_app(settings)
    with app.app_context():
        if migration.current_revision() is None:
            print("Making the database", flush=True)
        migration.upgrade()
        if settings.is_demo:
            seed(app)
        db.session.remove()
        db.engine.dispose()


def seed(app: "Flask") -> None:
    import sqlalchemy as sa

    from app.catalogue.models import Product
    from app.core.database import db

    # The seed brings all drawings with it: asking first costs less than loading them in vain.
    if db.session.scalar(sa.select(Product.id).limit(1)) is None:
        from app.demo.seed import seed_shop

        print("Filling the demo shop", flush=True)
        seed_shop()


def first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
