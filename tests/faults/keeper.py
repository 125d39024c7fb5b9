"""What starts the shop's processes again when they have ended, as supervisor, systemd and containers do."""

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator

from tests.support.shop import Shop


class Keeper(threading.Thread):
    """All but what is in `away`. `started` counts how often, by name."""

    def __init__(self, shop: Shop, stop: threading.Event):
        super().__init__(daemon=True)
        self.shop, self.stop = shop, stop
        self.away: set[str] = set()
        self.started: Counter[str] = Counter()

    def run(self) -> None:
        while not self.stop.wait(0.1):
            for name, process in list(self.shop.processes.items()):
                if name not in self.away and process.poll() is not None:
                    self.started[name] += 1
                    self.shop.start(name)


@contextlib.contextmanager
def keeping(shop: Shop) -> Iterator[Keeper]:
    stop = threading.Event()
    keeper = Keeper(shop, stop)
    keeper.start()
    try:
        yield keeper
    finally:
        stop.set()
        keeper.join(10)
