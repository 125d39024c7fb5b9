"""Callers who want one SKU at once wait here, a few at a time on its row: they leave the connections to the shop."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from weakref import WeakValueDictionary

from app.core.errors import DatabaseBusy

AT_ONCE = 4
WAIT_S = 2.0

_places: WeakValueDictionary[str, threading.BoundedSemaphore] = WeakValueDictionary()


@contextmanager
def take_turn(skus: Iterable[str]) -> Iterator[None]:
    """One of the few places of each SKU, for as long as the block runs. Have no connection in use when you come here.

    Raises DatabaseBusy when they do not come free in time.
    """
    deadline = time.monotonic() + WAIT_S
    with ExitStack() as taken:
        for sku in sorted(skus):  # in one order, or two callers could each wait for what the other has
            place = _places.setdefault(sku, threading.BoundedSemaphore(AT_ONCE))
            if not place.acquire(timeout=max(0, deadline - time.monotonic())):
                raise DatabaseBusy()
            taken.callback(place.release)
        yield
