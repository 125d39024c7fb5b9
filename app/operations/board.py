"""The operations page as its template draws it: what is wrong first, then every process, dependency, queue and task."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.operations.conditions import CONDITIONS, Cause, Condition, find_causes
from app.operations.facts import Facts, gather
from app.operations.findings import tell_age
from app.operations.line_chart import LineChart, draw_line

HOST_CHARACTERS = 24


@dataclass(frozen=True)
class Process:
    """`does` is what it has to do, `note` what is special about it; `seen` in words."""

    kind: str
    name: str
    started: int
    memory: str
    does: str
    seen: str
    note: str = ""


@dataclass(frozen=True)
class Board:
    """`state` is well, degraded or down. `is_blind`: Redis is away, so that only this process can be seen."""

    at: int
    state: str
    is_blind: bool
    seen_from: str
    causes: list[Cause]
    well: list[Condition]
    unknown: list[Condition]
    processes: list[Process]
    facts: Facts
    charts: list[LineChart]


def make_board() -> Board:
    facts = gather()
    causes = find_causes(facts)
    wrong = {cause.condition.name for cause in causes}
    others = [condition for condition in CONDITIONS if condition.name not in wrong]
    unknown = [condition for condition in others if not all(map(facts.is_well, condition.needs))]
    is_outage = any(cause.condition.is_outage for cause in causes)
    return Board(
        facts.at,
        "down" if is_outage else "degraded" if causes else "well",
        facts.web is None,
        facts.seen_from,
        causes,
        [condition for condition in others if condition not in unknown],
        unknown,
        list(list_processes(facts)),
        facts,
        draw_charts(facts),
    )


def list_processes(facts: Facts) -> Iterable[Process]:
    for each in facts.web or []:
        does = f"{tell_count(each['requests'], 'request')}, {each['errors']} failed, {each['in_flight']} under way"
        yield report(facts, each, "web", does, "stopping" if each["draining"] else "")
    for each in facts.live or []:
        yield live_process(facts, each)
    for worker in facts.workers or []:
        does = f"{tell_count(worker.done, 'job')} done, {worker.failed} tries failed"
        name = f"{worker.host[:HOST_CHARACTERS]} {worker.pid}"
        seen = tell_seen(facts.at - worker.seen)
        yield Process("worker", name, worker.started, mib(worker.memory), does, seen, worker.state)
    for each in facts.clocks or []:
        yield report(facts, each, "clock", "", "acts" if each["is_active"] else "waits for the other")


def report(facts: Facts, told: dict[str, Any], kind: str, does: str, note: str) -> Process:
    name = f"{told['host'][:HOST_CHARACTERS]} {told['pid']}"
    note = ", ".join(filter(None, (note, told["release"])))
    seen = tell_seen(facts.at - told["seen"])
    return Process(kind, name, told["started"], mib(told["memory"]), does, seen, note)


def live_process(facts: Facts, told: dict[str, Any]) -> Process:
    does = (
        f"{tell_count(told.get('connections') or 0, 'socket')}, {told.get('rateOut') or 0} messages a second"
    )
    name = f"{str(told.get('host') or '')[:HOST_CHARACTERS]} {told.get('pid') or ''}"
    note = "stopping" if told.get("draining") else ""
    memory = mib(told.get("memory") or 0)
    return Process("live", name, told.get("started") or facts.at, memory, does, "just now", note)


def draw_charts(facts: Facts) -> list[LineChart]:
    hour = facts.hour or []
    return [
        draw_line("Requests a minute", "", [each.requests for each in hour]),
        draw_line("95 % of pages within", " ms", [each.p95_ms for each in hour]),
        draw_line("Errors a minute", "", [each.errors for each in hour]),
        draw_line("Sockets", "", [each.sockets for each in hour]),
    ]


def tell_count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def mib(size: int) -> str:
    return f"{size / 1024**2:.0f} MiB" if size else "not known"


def tell_seen(ms: int) -> str:
    return "just now" if ms < 5000 else f"{tell_age(ms / 1000)} ago"
