"""What all guards together cost a request: its limits and the hooks around it, with the security package and without.

Medians, because they are differences of some hundredths of a millisecond: one pause of the machine would outweigh them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from flask import Flask, request
from flask_limiter.util import get_qualified_name

from app.core.database import db
from app.security.limits import limiter
from app.security.threats import hooks
from bench import databases
from bench.percentiles import median
from bench.results import Limit, Measure, Run
from bench.shop import Shop

WARM_UP = 200
REQUESTS = 1_000
RUNS = 3
BAR_MS = 0.5
GATE_BAR_MS = 0.1
GUARDS = ("app.security", "flask_limiter", "flask_wtf")
LIMITS = {"guards, ms": Limit(BAR_MS), "gate, ms": Limit(GATE_BAR_MS)}

REQUESTS_OF: dict[str, dict[str, Any]] = {
    "a page": {"path": "/products/cup"},
    "a search": {"path": "/search", "query_string": "q=harbour+cup&page=2"},
    "a call of a program": {"path": "/api/realtime/inventory", "query_string": "productId=CUP"},
    "a stylesheet": {"path": "/static/1/css/shop.css"},
}


class Took(NamedTuple):
    """Medians in milliseconds: by the clock, and of this thread's own work, which a busy machine cannot stretch."""

    passed: float
    cpu: float


def measure(shop: Shop, _seconds: float | None) -> list[Measure]:
    shop.start_redis()
    with databases.sqlite(shop.folder) as url, databases.open_app(shop, url, LOG_REQUESTS="false") as app:
        return [
            Measure(f"guards of {name}", LIMITS, [run_once(app, asked) for _ in range(RUNS)])
            for name, asked in REQUESTS_OF.items()
        ]


def run_once(app: Flask, asked: dict[str, Any]) -> Run:
    whole = time_hooks(app, asked, is_limited=True)
    with hooks_without(app, is_guard):
        bare = time_hooks(app, asked, is_limited=False)
    with hooks_without(app, is_gate):
        gateless = time_hooks(app, asked, is_limited=True)
    return Run(
        {
            "all, ms": whole.passed,
            "guards, ms": whole.passed - bare.passed,
            "gate, ms": whole.passed - gateless.passed,
            "guards, CPU ms": whole.cpu - bare.cpu,
            "gate, CPU ms": whole.cpu - gateless.cpu,
        }
    )


def time_hooks(app: Flask, asked: dict[str, Any], *, is_limited: bool) -> Took:
    """What a request's hooks and its view's limit take; the view itself is not asked."""
    passed, cpu = [], []
    for number in range(WARM_UP + REQUESTS):
        with app.test_request_context(**asked, environ_base={"REMOTE_ADDR": f"198.51.100.{number % 50}"}):
            view = get_qualified_name(app.view_functions[str(request.endpoint)])
            begun, worked = time.perf_counter(), time.thread_time()
            app.preprocess_request()
            if is_limited:
                limiter._check_request_limit(callable_name=view, in_middleware=False)
            app.process_response(app.response_class("ok"))
            cpu.append((time.thread_time() - worked) * 1000)
            passed.append((time.perf_counter() - begun) * 1000)
        db.session.remove()
    return Took(median(passed[WARM_UP:]), median(cpu[WARM_UP:]))


@contextmanager
def hooks_without(app: Flask, is_out: Callable[[Any], bool]) -> Iterator[None]:
    """The application as if these hooks had not been registered."""
    tables: tuple[dict[Any, list[Any]], ...] = (app.before_request_funcs, app.after_request_funcs)
    kept = [(table, table[None]) for table in tables]
    for table, found in kept:
        table[None] = [hook for hook in found if not is_out(hook)]
    try:
        yield
    finally:
        for table, found in kept:
            table[None] = found


def is_guard(hook: Any) -> bool:
    return module_of(hook).startswith(GUARDS)


def is_gate(hook: Any) -> bool:
    return module_of(hook) == hooks.__name__


def module_of(hook: Any) -> str:
    """Also of a partial, such as the limiter's."""
    return str(getattr(hook, "func", hook).__module__)
