"""The database session, the one way to write (`transaction`), and the database's own clock."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase

from app.core import faults, resting
from app.core.contention import Deadlock, is_busy, is_deadlock
from app.core.errors import DatabaseBusy
from app.core.last_step import write_last
from app.core.pool import MeasuredPool
from app.core.session import ShopSession, is_whole
from app.settings import Settings, SettingsError

WRITE_WAIT_S = 2.0
POOL_WAIT_S = 2.0
POOL_SIZE = 16
CHUNK = 500

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

Answer = TypeVar("Answer")
Callback = TypeVar("Callback", bound=Callable[[], Any])

log = logging.getLogger(__name__)


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base, session_options={"class_": ShopSession})

# SQLite only counts up from INTEGER PRIMARY KEY; PostgreSQL wants the range.
BigKey = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def partial_index(name: str, column: str, condition: str, *more: str, unique: bool = False) -> sa.Index:
    """An index of the rows that meet the condition, as both databases spell it."""
    where = sa.text(condition)
    return sa.Index(name, column, *more, unique=unique, sqlite_where=where, postgresql_where=where)


_callbacks: ContextVar[list[Callable[[], Any]] | None] = ContextVar("after_commit", default=None)
_sqlite_turn = threading.Lock()


class now_ms(sa.sql.functions.FunctionElement[int]):  # noqa: N801
    """The database's clock in epoch milliseconds, so that app servers with wrong clocks agree on what has expired."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(now_ms, "sqlite")
def _sqlite_now(*_: Any, **__: Any) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


@compiles(now_ms)
def _postgres_now(*_: Any, **__: Any) -> str:
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"


def read_now() -> int:
    """The database's clock, as one more query; within a statement `now_ms()` costs none."""
    return int(db.session.execute(sa.select(now_ms())).scalar_one())


def init_app(app: Flask, settings: Settings) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.DATABASE_URL
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings)
    try:
        db.init_app(app)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise SettingsError([f"DATABASE_URL: cannot be used ({error})"]) from None
    if settings.is_sqlite:
        with app.app_context():
            event.listen(db.engine, "connect", prepare_sqlite)
            event.listen(db.engine, "begin", begin_sqlite)
    else:
        with app.app_context():
            resting.watch(db.engine)
            app.extensions["reading_engine"] = db.engine.execution_options(isolation_level="AUTOCOMMIT")


def engine_options(settings: Settings) -> dict[str, Any]:
    # Connections over the pool's size would be made and ended with every request that finds it empty.
    pool: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": 0, "pool_timeout": POOL_WAIT_S}
    # What goes wrong is logged without the values: they are hashes of logins, mails and names.
    pool |= {"poolclass": MeasuredPool, "hide_parameters": True}
    if settings.is_sqlite:
        # SQLite's own busy wait blocks the whole gevent loop; `begin_sqlite` waits cooperatively instead.
        return {**pool, "connect_args": {"timeout": 0, "check_same_thread": False}}
    limits = "-c statement_timeout=5000 -c lock_timeout=2000 -c timezone=UTC"
    return {**pool, "connect_args": {"connect_timeout": 2, "options": limits}}


def prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")


def begin_sqlite(connection: sa.Connection) -> None:
    """Reads stay in autocommit; a write takes the write lock first, since an upgrade in the middle cannot wait."""
    if _callbacks.get() is None:
        return
    deadline = time.monotonic() + WRITE_WAIT_S
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        except OperationalError as error:
            if "locked" not in str(error.orig) or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.002, 0.006))


@contextmanager
def transaction() -> Iterator[None]:
    """Write in one database transaction; inside another one, join it.

    What was handed to `after_commit` runs once the outermost block has committed. Hold no network call inside: on
    SQLite every writer of the shop waits for this block. Raises DatabaseBusy when no turn comes in time.
    """
    if _callbacks.get() is not None:
        yield
        return
    db.session.rollback()  # ends the read transaction, so that the block sees what is true now
    callbacks: list[Callable[[], Any]] = []
    with write_turn():
        token, whole = _callbacks.set(callbacks), is_whole.set(True)
        try:
            yield
            write_last(db.session, callbacks)
            faults.reach("before_commit")
            db.session.commit()
            faults.reach("after_commit")
        except BaseException as error:
            db.session.rollback()
            if is_deadlock(error):
                raise Deadlock() from error
            if is_busy(error):
                raise DatabaseBusy() from error
            raise
        finally:
            _callbacks.reset(token)
            is_whole.reset(whole)
    for callback in callbacks:
        run_safely(callback)


@contextmanager
def write_turn() -> Iterator[None]:
    """Writers of one process queue here in order; between processes SQLite's lock is a lottery."""
    if db.engine.dialect.name != "sqlite":
        yield
        return
    if not _sqlite_turn.acquire(timeout=WRITE_WAIT_S):
        raise DatabaseBusy()
    try:
        yield
    finally:
        _sqlite_turn.release()


@contextmanager
def snapshot(longest_ms: int = 60_000) -> Iterator[None]:
    """Read as of one moment, whatever is written meanwhile. Not inside transaction()."""
    db.session.rollback()
    token = is_whole.set(True)
    try:
        connection = db.session.connection()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")  # reads are in autocommit otherwise
        else:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {longest_ms}")
        yield
    finally:
        db.session.rollback()
        is_whole.reset(token)


def run_transaction(action: Callable[[], Answer]) -> Answer:
    """Run `action` in a transaction, and again when the database undid it for another's sake. Raises DatabaseBusy."""
    for pause_ms in (5, 20, 50):
        try:
            with transaction():
                return action()
        except Deadlock:
            if _callbacks.get() is not None:
                raise  # the outermost transaction is what was undone
            time.sleep(random.uniform(1, pause_ms) / 1000)
    with transaction():
        return action()


def delete_in_chunks(model: type[Base], condition: sa.ColumnElement[bool]) -> None:
    """Delete the rows that meet the condition, in transactions that hold the write lock only briefly."""
    columns = sa.inspect(model).primary_key
    chunk = sa.select(*columns).where(condition).limit(CHUNK)
    while keys := [tuple(row) for row in db.session.execute(chunk)]:
        with transaction():
            rows = sa.delete(model).where(sa.tuple_(*columns).in_(keys))
            db.session.execute(rows.execution_options(synchronize_session=False))


def after_commit(callback: Callable[[], Any]) -> None:
    """Run `callback` once the running transaction has committed; it never undoes what was written."""
    callbacks = _callbacks.get()
    if callbacks is None:
        raise RuntimeError("after_commit outside transaction()")
    callbacks.append(callback)


def after_commit_once(kind: type[Callback]) -> Callback:
    """The callback of this kind that the running transaction has; it is made and registered when it has none."""
    found = next((each for each in _callbacks.get() or () if isinstance(each, kind)), None)
    if found is None:
        found = kind()  # type: ignore[misc]  # the bound cannot say that it is a class
        after_commit(found)
    return found


def run_safely(callback: Callable[[], Any]) -> None:
    try:
        callback()
    except Exception:
        log.exception("what happens by the way has failed")
