"""When things are due: fixed beforehand, so that a slow answer never makes the next request later."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LEAD_S = 0.2


@dataclass(frozen=True)
class Schedule:
    """`count` moments, `rate` a second, from `start` on; all in seconds of `clock`."""

    start: float
    rate: float
    count: int
    clock: Callable[[], float] = time.perf_counter

    def due(self, number: int) -> float:
        return self.start + number / self.rate

    def wait(self, number: int) -> float:
        """Sleep until it is due, not at all when that has passed. Returns the moment that was due."""
        due = self.due(number)
        pause = due - self.clock()
        if pause > 0:
            time.sleep(pause)
        return due

    def moments(self) -> Iterator[tuple[int, float]]:
        for number in range(self.count):
            yield number, self.wait(number)


def begin(rate: float, seconds: float, clock: Callable[[], float] = time.perf_counter) -> Schedule:
    """A schedule that starts in a moment. Use `time.time` where another process reads the moments."""
    return Schedule(clock() + LEAD_S, rate, max(1, round(rate * seconds)), clock)
