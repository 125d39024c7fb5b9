"""Database connections that tell how many are in use and how long somebody waited for one."""

import time

from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from app.core import metrics

# Below this nobody waited: a connection was there.
LEAST_WAIT_S = 0.001


class MeasuredPool(QueuePool):
    """The library's own pool; its two ends are where connections are taken and given back."""

    # Where the library looks for the name of its logger.
    _sqla_logger_namespace = "sqlalchemy.pool.MeasuredPool"
    _is_disposed = False

    def _do_get(self) -> ConnectionPoolEntry:
        begun = time.perf_counter()
        try:
            connection = super()._do_get()
        except PoolTimeout:
            metrics.count("database_pool_timeouts")
            raise
        finally:
            if (took := time.perf_counter() - begun) > LEAST_WAIT_S:
                metrics.observe("database_pool_wait", took)
        self._tell()
        return connection

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        super()._do_return_conn(record)
        if self._is_disposed:
            super().dispose()
        self._tell()

    def dispose(self) -> None:
        """Also what is in use now ends, when it is given back: nobody would take it from here any more."""
        self._is_disposed = True
        super().dispose()

    def _tell(self) -> None:
        metrics.gauge_of("database_pool_in_use", "livesum").set(self.checkedout())
