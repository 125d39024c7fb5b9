"""What the chat's figures mean. Pure: rows go in, durations in milliseconds come out.

| figure              | from                                        | to                                       |
|---------------------|---------------------------------------------|------------------------------------------|
| first response      | a conversation's first shopper message      | the first public message of a person     |
| response            | the first message of each shopper's turn    | the next public message of a person      |
| wait                | coming into the queue                       | an agent has it, or the shopper gave up  |
| resolution          | the first shopper message, or the reopening | resolved                                 |
| session duration    | as resolution                               | as resolution, without the time on hold  |

Notes, our own lines and programs answer nobody. A conversation that was resolved owes no answer any more: reopened, it
starts a new response clock, a new session and no new first response. A stay in the queue that went on to another agent,
because the first did not answer, is another wait. Each figure belongs to the day on which it ended.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

SLA_TARGET, SLA_WITHIN_MS = 0.8, 30_000
ENDED = ("resolved", "closed")
SATISFIED = (4, 5)


@dataclass(frozen=True)
class Span:
    """From a moment to another, which is not part of it any more."""

    start: int
    until: int

    def holds(self, moment: int) -> bool:
        return self.start <= moment < self.until


@dataclass(frozen=True)
class Line:
    """What counts for whose turn it is, in the order of the log: shopper, agent (a person), or resolved."""

    what: str
    at: int


@dataclass(frozen=True)
class Move:
    """A conversation came to this status."""

    status: str
    at: int


@dataclass(frozen=True)
class Session:
    start: int
    end: int
    on_hold_ms: int


@dataclass(frozen=True)
class Stay:
    """In the queue."""

    start: int
    end: int
    is_abandoned: bool


@dataclass(frozen=True)
class Summary:
    """Never a mean, which one forgotten conversation would spoil."""

    median: int | None
    p90: int | None
    n: int


def find_responses(lines: Iterable[Line], since: int | None = None) -> Iterator[tuple[int, int]]:
    """From and to of each answer. `since`: a shopper has waited from before the first line."""
    for line in lines:
        if line.what == "shopper":
            since = line.at if since is None else since
        else:
            if line.what == "agent" and since is not None:
                yield since, line.at
            since = None


def find_stays(moves: Sequence[Move]) -> Iterator[Stay]:
    for move, following in zip(moves, moves[1:], strict=False):
        if move.status == "queued" and following.status != "queued":
            yield Stay(move.at, following.at, following.status == "abandoned")


def find_sessions(moves: Sequence[Move], first_shopper_at: int | None) -> Iterator[Session]:
    """`moves` are all of one conversation, or the latest of them when the earlier ones are not stored any more."""
    start, held_since, on_hold_ms = first_shopper_at, None, 0
    for move in moves:
        if held_since is not None:
            on_hold_ms += move.at - held_since
            held_since = None
        if move.status == "on_hold":
            held_since = move.at
        elif move.status == "resolved":
            if start is not None:
                yield Session(start, move.at, on_hold_ms)
            start, on_hold_ms = None, 0
        elif start is None and move.status not in ENDED:
            start = move.at


def find_reopenings(moves: Sequence[Move]) -> Iterator[int]:
    for move, following in zip(moves, moves[1:], strict=False):
        if move.status == "resolved" and following.status != "closed":
            yield following.at


def summarise(values: Sequence[int]) -> Summary:
    """The 90th percentile is the nearest rank: a value that did occur."""
    if not values:
        return Summary(None, None, 0)
    ranked = sorted(values)
    return Summary(round(median(ranked)), ranked[math.ceil(0.9 * len(ranked)) - 1], len(ranked))


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def service_level(first_responses: Sequence[int], abandoned: int) -> float | None:
    """The share that was answered within the time of the SLA, of all that were answered or gave up."""
    met = sum(ms <= SLA_WITHIN_MS for ms in first_responses)
    return share(met, len(first_responses) + abandoned)
