"""Where the time of one reservation goes: each stage of its request, less the stages inside it."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from flask import Flask

from app.core import idempotency, outbox
from app.core.database import db
from app.inventory import allocation, expiry, hold_api, holds, reservations
from app.security import access
from app.security.limits import limiter
from bench import databases, growth
from bench.percentiles import median
from bench.results import Measure, Run
from bench.shop import Shop
from bench.till import Till

WARM_UP = 50
REQUESTS = 300
RUNS = 3
SKUS = 1_000

# A stage, and the functions that are it. What is in none of them is Flask, the answer's headers and the transaction's begin.
STAGES: dict[str, tuple[tuple[Any, str], ...]] = {
    "limits": ((limiter, "_check_request_limit"),),
    "who calls": ((access, "find_caller"),),
    "parse": ((hold_api, "read_json"),),
    "key": ((idempotency, "find_answer"), (idempotency, "claim")),
    "is there room": ((expiry, "look"),),
    "hold's rows": ((holds, "open_hold"), (holds, "keep_lines"), (holds, "get_hold")),
    "which location": ((allocation, "plan"),),
    "stock and movement": ((reservations, "apply"),),
    "event": ((outbox, "announce"),),
    "answer": ((hold_api, "answer"),),
    "commit": ((db.session, "commit"),),
    "publish": ((outbox, "deliver_soon"),),
}


class Stopwatch:
    """Milliseconds by stage; what an inner stage takes is not the outer one's."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._inside: list[float] = []

    def around(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            self._inside.append(0.0)
            begun = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                passed = (time.perf_counter() - begun) * 1000
                self.spent[stage] += passed - self._inside.pop()  # type: ignore[assignment]
                if self._inside:
                    self._inside[-1] += passed

        return timed


def measure(shop: Shop, _seconds: float | None) -> list[Measure]:
    shop.start_redis()
    measures = []
    for name, database in databases.BOTH.items():
        with database(shop.folder) as url, databases.open_app(shop, url) as app:
            growth.add_skus(0, SKUS)
            till = Till(app)
            for _ in range(WARM_UP):
                till.reserve(growth.HOT)
            runs = [run_once(app, till) for _ in range(RUNS)]
            measures.append(Measure(f"one reservation, ms, {name}", {}, runs))
    return measures


def run_once(app: Flask, till: Till) -> Run:
    watch, took, cpu = Stopwatch(), [], time.process_time()
    with ExitStack() as patched:
        for stage, functions in STAGES.items():
            for place, name in functions:
                timed = watch.around(stage, getattr(place, name))
                patched.enter_context(patch.object(place, name, timed))
        for _ in range(REQUESTS):
            took.append(till.reserve(growth.HOT)[1])
    cpu = (time.process_time() - cpu) * 1000 / REQUESTS
    stages = {stage: watch.spent[stage] / REQUESTS for stage in STAGES}
    rest = sum(took) / REQUESTS - sum(stages.values())
    return Run(
        {
            **stages,
            "the rest": rest,
            "all, mean": sum(took) / REQUESTS,
            "all, median": median(took),
            "CPU": cpu,
        }
    )
