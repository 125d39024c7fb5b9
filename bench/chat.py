"""Conversations: how soon the other side has a message, and what it costs to read and to catch up, on both databases."""

import json
import os
import time
from contextlib import closing
from functools import partial
from typing import Any

from flask import Flask

from bench import audience, databases, http_load, parlour, schedule
from bench.http_load import Request
from bench.listening import Listener, Task
from bench.parlour import Talk
from bench.percentiles import percentile, summarise
from bench.probe import Probe
from bench.processes import cpu_seconds, pin
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop
from bench.update import OTHER_CORES, WEB_CORES, run_once, servers

TALKS = 200
RATE = 100
SECONDS = 8.0
WARM_UP_S = 2.0
RUNS = 3
GIVE_UP_S = 5.0
MISSED = 200
LONG = 100_000
READ_RATE = 20

SHOWN = {"p95 ms": Limit(60), "p99 ms": Limit(150), "missing": NONE, "extra": NONE, "failed": NONE}
HISTORY = {"p95 ms": Limit(30), "failed": NONE}
CATCH_UP = {"p95 ms": Limit(1000), "failed": NONE}


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    pin(os.getpid(), OTHER_CORES)
    measures: list[Measure] = []
    for name, database in databases.BOTH.items():
        with database(shop.folder) as url:
            variables = {**shop.variables_of_rig, "DATABASE_URL": url, "SECRET_KEY": databases.SECRET_KEY}
            with Shop(**variables) as own:
                own.start_all(WEB_CORES, OTHER_CORES)
                with databases.open_app(own, url) as app:
                    measures += measure_database(own, app, name, seconds or SECONDS)
                shop.commands |= {f"{name} {key}": command for key, command in own.commands.items()}
    return measures


def measure_database(shop: Shop, app: Flask, name: str, seconds: float) -> list[Measure]:
    talks = parlour.hold_talks(app, TALKS)
    shown = measure_shown(shop, talks, seconds)
    behind, long = talks[0], talks[1]
    parlour.fill_log(behind.room, MISSED)
    parlour.fill_room(long.room, LONG)
    return [
        Measure(f"message to the other side, {RATE}/s, {name}", SHOWN, shown),
        Measure(f"catching up {MISSED}, {name}", CATCH_UP, measure_reads(shop, seconds, catch_up(behind))),
        Measure(f"history of {LONG}, {name}", HISTORY, measure_reads(shop, seconds, read_history(long))),
    ]


def measure_shown(shop: Shop, talks: list[Talk], seconds: float) -> list[Run]:
    sockets = [
        audience.open_socket(shop.live_port, channels, False, person.rights(*channels))
        for talk in talks
        for person, channels in (
            (talk.shopper, [f"room:{talk.room}"]),
            (talk.agent, [f"room:{talk.room}", "agents"]),
        )
    ]
    with closing(Listener(partial(Probe, read=read_bench_message), sockets, [], 0)) as listener:
        for sock in sockets:
            sock.close()
        time.sleep(WARM_UP_S)
        run_messages(shop, talks, listener, WARM_UP_S)
        return [run_messages(shop, talks, listener, seconds) for _ in range(RUNS)]


def run_messages(shop: Shop, talks: list[Talk], listener: Listener, seconds: float) -> Run:
    """Every room gets as many messages as any other, by its shopper and its agent in turn."""
    each = max(1, round(RATE * seconds / len(talks)))
    plan = schedule.begin(RATE, each * len(talks) / RATE, time.time)
    round_of = secrets_of_run()

    def request(number: int) -> Request:
        talk = talks[number % len(talks)]
        turn = number // len(talks)
        person = talk.agent if turn % 2 else talk.shopper
        client_id = f"bench-{round_of}-{number}-{int(plan.due(number) * 1e6)}"
        path = f"/chat/rooms/{talk.room}/messages"
        return person.post(path, clientId=client_id, body=f"Message {number}: is the large one back?")

    before = {name: cpu_seconds(pid) for name, pid in servers(shop).items()}
    listener.tell(Task(each, plan.due(plan.count) + GIVE_UP_S))
    outcome = http_load.drive(shop.port, plan, request)
    heard = listener.hear(GIVE_UP_S * 3)
    spent = {name: cpu_seconds(pid) - before[name] for name, pid in servers(shop).items()}
    figures = {
        **summarise(heard["latencies_ms"]),
        "p95 ms of the answer": percentile(outcome.latencies_ms, 95),
        "missing": heard["missing"],
        "extra": heard["extra"],
        "disordered": heard["disordered"],
        "failed": float(outcome.failed),
        "sent late p99 ms": percentile(outcome.lateness_ms, 99),
        **{f"{name} CPU ms each": share * 1000 / plan.count for name, share in spent.items()},
    }
    return Run(figures, {"latencies_ms": [round(value, 3) for value in heard["latencies_ms"]]})


def secrets_of_run() -> str:
    """Keeps the ids of one run apart from those of the last."""
    return os.urandom(3).hex()


def read_bench_message(payload: bytes) -> dict[str, Any] | None:
    frame = json.loads(payload)
    if frame.get("event") != "message":
        return None
    mark, _, number, due = str(frame["data"]["message"]["clientId"]).split("-")[:4]
    return {"number": int(number), "due": int(due) / 1e6} if mark == "bench" else None


def measure_reads(shop: Shop, seconds: float, request: Request) -> list[Run]:
    http_load.drive(shop.port, schedule.begin(READ_RATE, WARM_UP_S), lambda _: request)
    return [run_once(shop, READ_RATE, seconds, lambda _: request) for _ in range(RUNS)]


def catch_up(talk: Talk) -> Request:
    return Request("GET", f"/chat/rooms/{talk.room}/events?after=0", talk.shopper.headers())


def read_history(talk: Talk) -> Request:
    return Request("GET", f"/chat/rooms/{talk.room}/history?before={LONG // 2}", talk.shopper.headers())
