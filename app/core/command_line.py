"""What commands of every package share."""

import contextlib
from collections.abc import Iterator

import click
from sqlalchemy.exc import DBAPIError

from app.core.errors import DomainError
from app.core.redis import RedisDown, RedisError


@contextlib.contextmanager
def said_plainly() -> Iterator[None]:
    """What the shop, its database or its Redis refuses is a line for whoever typed the command, not a traceback."""
    from app.core.database import db

    try:
        yield
    except DomainError as error:
        raise click.ClickException(error.detail) from None
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise click.ClickException(f"DATABASE_URL: cannot use {db.engine.url!r} ({reason})") from None
    except (RedisError, RedisDown) as error:
        raise click.ClickException(f"REDIS_URL: {error}") from None
