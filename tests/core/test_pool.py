"""How many database connections are in use, and whether somebody waited for one."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.core import metrics
from app.core.database import db
from app.core.pool import MeasuredPool


def in_use():
    return metrics.gauge_of("database_pool_in_use", "livesum")._value.get()


def test_connections_in_use_are_counted(any_app):
    db.session.remove()
    before = in_use()

    with db.engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))
        during = in_use()

    assert (during, in_use()) == (before + 1, before)


def test_whoever_finds_none_free_is_counted(app, tmp_path):
    def count():
        found = metrics.totals()["counters"].get("database_pool_timeouts", [])
        return sum(entry["value"] for entry in found)

    engine = sa.create_engine(
        f"sqlite:///{tmp_path / 'small.db'}",
        poolclass=MeasuredPool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=0.05,
    )
    before = count()

    with engine.connect(), pytest.raises(PoolTimeout):
        engine.connect()

    assert count() == before + 1
    engine.dispose()


def test_what_the_database_refuses_is_logged_without_its_values(any_app):
    with pytest.raises(sa.exc.DBAPIError) as refused:
        db.session.execute(sa.text("SELECT nothing FROM nowhere WHERE it = :it"), {"it": "hunter2"})
    db.session.rollback()

    assert "hunter2" not in str(refused.value)


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_what_is_in_use_while_all_are_let_go_is_closed_when_it_is_given_back(app):
    late = db.engine.connect()
    raw = late.connection.dbapi_connection

    db.engine.dispose()
    assert not raw.closed
    late.close()

    assert raw.closed
    assert db.session.scalar(sa.text("SELECT 1")) == 1
