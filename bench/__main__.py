"""`python -m bench [RIG|all] [--seconds N] [--force]`."""

import argparse
import os
import sys
import time
from collections.abc import Callable

from bench import (
    alert,
    anatomy,
    badge,
    chat,
    crowd,
    desk,
    fanout,
    gate,
    growth,
    history,
    inbound,
    mixed,
    neighbours,
    orders,
    page,
    push,
    read,
    reserve,
    results,
    returns,
    surroundings,
    update,
    uploads,
    weight,
)
from bench.results import Measure
from bench.shop import Broken, Shop, raise_on_termination

MISSED, BROKEN, REFUSED = 1, 2, 3
BUSY = "busy machine, not recorded"
# Both are there for shops on the internet; here one address plays all clients.
VARIABLES = {"WEBSOCKET_MAX_CLIENTS": "12000", "WEBSOCKET_MAX_PER_IP": "12000"}

RIGS: dict[str, Callable[[Shop, float | None], list[Measure]]] = {
    "fanout": fanout.measure,
    "crowd": crowd.measure,
    "inbound": inbound.measure,
    "returns": returns.measure,
    "update": update.measure,
    "page": page.measure,
    "badge": badge.measure,
    "alert": alert.measure,
    "weight": weight.measure,
    "history": history.measure,
    "reserve": reserve.measure,
    "read": read.measure,
    "orders": orders.measure,
    "chat": chat.measure,
    "desk": desk.measure,
    "uploads": uploads.measure,
    "push": push.measure,
    "mixed": mixed.measure,
    "anatomy": anatomy.measure,
    "gate": gate.measure,
    "growth": growth.measure,
}

PICTURES = {"growth": growth.draw, "crowd": crowd.draw, "mixed": mixed.draw}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measures a shop of its own under load."
    )
    parser.add_argument("bench", nargs="?", default="all", choices=(*RIGS, "all"))
    parser.add_argument("--seconds", type=positive, help="length of each run; every rig has its own default")
    parser.add_argument(
        "--force", action="store_true", help="measure on a busy machine too, without a record"
    )
    asked = parser.parse_args()
    raise_on_termination()
    names = list(RIGS) if asked.bench == "all" else [asked.bench]
    try:
        if asked.force:
            return measure_without_record(names, asked.seconds)
        return measure(names, asked.seconds)
    except Broken as error:
        print(f"bench: {error}", file=sys.stderr)
        return BROKEN
    except KeyboardInterrupt:
        print("bench: interrupted, everything that was started has been stopped", file=sys.stderr)
        return 130


def positive(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 600:
        raise argparse.ArgumentTypeError("between 0 and 600")
    return seconds


def measure(names: list[str], seconds: float | None) -> int:
    """Prints and writes each rig's results, and stops at the first one that others have disturbed."""
    if reasons := neighbours.find_reasons():
        return refuse(reasons)
    missed = False
    for name in names:
        around = surroundings.describe()
        watch = neighbours.Watch()
        measures, flags = run_rig(name, seconds)
        if reasons := watch.reasons():
            print(results.table(measures, BUSY))
            return refuse(reasons)
        print(results.table(measures))
        path = results.write(name, measures, {**around, **flags})
        if name in PICTURES:
            path.with_suffix(".svg").write_text(PICTURES[name](measures))
        print(f"\nrecorded in bench/results/{path.name}", flush=True)
        missed = missed or any(found.misses() for found in measures)
    return MISSED if missed else 0


def measure_without_record(names: list[str], seconds: float | None) -> int:
    """A verdict on a busy machine says nothing, so a missed limit does not fail this."""
    for name in names:
        print(results.table(run_rig(name, seconds)[0], BUSY), flush=True)
    return 0


def run_rig(name: str, seconds: float | None) -> tuple[list[Measure], dict[str, object]]:
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    begun = time.monotonic()
    with Shop(**VARIABLES) as shop:
        measures = RIGS[name](shop, seconds)
        flags = shop.flags()
    print(f"\n{name}: took {time.monotonic() - begun:.0f} s")
    return measures, flags


def refuse(reasons: list[str]) -> int:
    print(
        "bench: not recorded, because the machine is busy (--force measures all the same, without a record)"
    )
    for reason in reasons:
        print(f"  {reason}")
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
