"""One of several processes that empty a shelf together: `python -m tests.inventory.removers SKU THREADS`, prints how many
got a unit. Settings come from the environment, as for every process of the shop."""

import sys
import threading

from app import create_app
from app.core.database import transaction
from app.core.errors import DatabaseBusy
from app.inventory.adjustments import change_stock
from app.inventory.errors import InsufficientStock
from app.inventory.ledger import Origin


def run(sku: str, threads: int) -> int:
    app = create_app()
    won: list[int] = []
    start = threading.Barrier(threads)

    def remove() -> None:
        with app.app_context():
            start.wait()
            while not try_once():
                pass

    def try_once() -> bool:
        try:
            with transaction():
                change_stock(sku, "remove", 1, Origin("race", "50 at once"))
            won.append(1)
        except InsufficientStock:
            pass
        except DatabaseBusy:
            return False  # a 503: the client comes again
        return True

    workers = [threading.Thread(target=remove) for _ in range(threads)]
    print("ready", flush=True)
    sys.stdin.readline()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return len(won)


if __name__ == "__main__":
    print(run(sys.argv[1], int(sys.argv[2])), flush=True)
