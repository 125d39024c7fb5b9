"""How the two databases say that somebody else was there first."""

from sqlalchemy.exc import OperationalError

from app.core.errors import DatabaseBusy


class Deadlock(DatabaseBusy):
    """PostgreSQL undid this transaction so that another could go on; doing it again is safe."""


def is_deadlock(error: BaseException) -> bool:
    return isinstance(error, OperationalError) and sql_state(error) in ("40P01", "40001")


def is_busy(error: BaseException) -> bool:
    return isinstance(error, OperationalError) and (
        "locked" in str(error.orig) or sql_state(error) == "55P03"
    )


def sql_state(error: OperationalError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""
