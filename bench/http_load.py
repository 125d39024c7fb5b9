"""Requests over connections that stay open: at fixed moments, timed from when each was due, or one upon the other."""

import http.client
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.percentiles import percentile, summarise
from bench.schedule import Schedule

CONNECTIONS = 16
TIMEOUT_S = 10.0

Maker = Callable[[int], "Request"]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass
class Outcome:
    """Latencies run from the due moment, so waiting for a free connection counts; lateness is that wait."""

    latencies_ms: list[float] = field(default_factory=list)
    lateness_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def failed(self) -> int:
        """Answers that were no success; 0 stands for no answer at all."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)

    def figures(self) -> dict[str, float]:
        return {
            **summarise(self.latencies_ms),
            "rate /s": len(self.latencies_ms) / self.seconds if self.seconds else 0.0,
            "failed": float(self.failed),
            "sent late p99 ms": percentile(self.lateness_ms, 99),
        }


def drive(port: int, schedule: Schedule, request: Maker) -> Outcome:
    """Send `request(n)` when number n is due, on the first connection that is free."""
    outcome, numbers = Outcome(), itertools.count()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        while (number := next(numbers)) < schedule.count:
            due = schedule.wait(number)
            sent = schedule.clock()
            status = send(connection, request(number))
            outcome.statuses[status] += 1
            outcome.latencies_ms.append((schedule.clock() - due) * 1000)
            outcome.lateness_ms.append((sent - due) * 1000)
        connection.close()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(CONNECTIONS, schedule.count))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome.seconds = max(schedule.clock() - schedule.start, schedule.count / schedule.rate)
    return outcome


def hammer(port: int, seconds: float, request: Maker) -> Outcome:
    """As many clients as connections, each with its next request as soon as it has its answer: the most that is possible."""
    outcome, numbers = Outcome(), itertools.count()
    begun = time.perf_counter()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        while (sent := time.perf_counter()) < begun + seconds:
            status = send(connection, request(next(numbers)))
            outcome.statuses[status] += 1
            outcome.latencies_ms.append((time.perf_counter() - sent) * 1000)
        connection.close()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome.seconds = time.perf_counter() - begun
    return outcome


def send(connection: http.client.HTTPConnection, request: Request) -> int:
    try:
        connection.request(request.method, request.path, request.body, request.headers)
        response = connection.getresponse()
        response.read()
        return response.status
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0
