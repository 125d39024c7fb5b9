"""Callers who want one SKU at once wait here, a few at a time on its row: they leave the connections to the shop."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from app.core.errors import DatabaseBusy

AT_ONCE = 4
WAIT_S = 2.0

_taken: Counter[str] = Counter()
_left = threading.Condition()


@contextmanager
def take_turn(skus: Iterable[str]) -> Iterator[None]:
    """One of the few places of each SKU, for as long as the block runs. Have no connection in use when you come here.

    All of them or none, so that who waits for one SKU keeps nobody from the others. Raises DatabaseBusy when they do not
    come free in time.
    """
    wanted = set(skus)
    with _left:
        if not _left.wait_for(lambda: all(_taken[sku] < AT_ONCE for sku in wanted), WAIT_S):
            raise DatabaseBusy()
        _taken.update(wanted)
    try:
        yield
    finally:
        with _left:
            for sku in wanted:
                _taken[sku] -= 1
                if not _taken[sku]:
                    del _taken[sku]
            _left.notify_all()
