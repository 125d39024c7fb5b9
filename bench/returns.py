"""Listeners that come back: a thousand at once, and again and again after drops, without a loss."""

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from app.core.redis import connect
from bench import schedule
from bench.guests import Party
from bench.hall import CLIENT_CORES, SERVER_CORES
from bench.percentiles import percentile
from bench.processes import cpu_seconds, memory_mb, pin
from bench.publisher import Publisher, fragment
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop

GUESTS = 1000
CHANNEL = "shop"
SIZE = 300
RUNS = 3
PATIENCE_S = 20.0
ENTER_S = 3.0

AWAY_S, RETURN_S = 2.0, 2.0
STORM_RATE = 10.0

DROPS_S, EVERY_S, DROP_S, SPREAD_S = 120.0, 10.0, 2.0, 0.5
DROPS_RATE = 5.0

COMPLETE = {"delivered %": Limit(100, least=True, every_run=True), "twice": NONE, "disordered": NONE}
STORM = "1000 sockets return in 2 s"
DROPS = "2 s without network every 10 s"


@dataclass
class Room:
    party: Party
    publisher: Publisher
    server: int
    redis: Any


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    pin(os.getpid(), CLIENT_CORES)
    shop.start_redis(SERVER_CORES)
    storm = Measure(
        STORM, {**COMPLETE, "unrecovered": NONE, "s until all are back": Limit(5, every_run=True)}
    )
    for _ in range(RUNS):
        with open_room(shop) as room:
            storm.runs.append(return_at_once(room))
    drops = Measure(DROPS, {**COMPLETE, "unrecovered": NONE})
    with open_room(shop) as room:
        drops.runs.append(drop_again_and_again(room, seconds or DROPS_S))
    return [storm, drops]


@contextmanager
def open_room(shop: Shop) -> Iterator[Room]:
    shop.start_live(SERVER_CORES)
    try:
        with closing(Party(shop.live_port, GUESTS, CHANNEL)) as party:
            room = Room(party, Publisher(shop.redis_url), shop.worker("live"), connect(shop.redis_url))
            party.come(ENTER_S)
            party.report(PATIENCE_S)
            yield room
    finally:
        shop.stop("live")


def return_at_once(room: Room) -> Run:
    """Messages flow all the time: while they are there, away, and coming back."""
    reads = count_reads(room.redis)
    cpu = cpu_seconds(room.server)
    published = publish(room, STORM_RATE, 1.0)
    room.party.go()
    published += publish(room, STORM_RATE, AWAY_S)
    begun = time.time()
    room.party.come(RETURN_S)
    published += publish(room, STORM_RATE, RETURN_S)
    found = room.party.report(PATIENCE_S, published)
    returned = time.time() - begun
    trips = found["trips"][GUESTS:]
    return Run(
        {
            **delivery(found, published),
            "s until all are back": returned,
            "p50 ms to be complete": percentile(trips, 50) * 1000,
            "p99 ms to be complete": percentile(trips, 99) * 1000,
            "reads of Redis": count_reads(room.redis) - reads,
            "CPU ms a return": (cpu_seconds(room.server) - cpu) * 1000 / GUESTS,
            "memory MB": memory_mb(room.server, "VmHWM"),
        },
        {"trips_s": [round(trip, 4) for trip in trips]},
    )


def drop_again_and_again(room: Room, seconds: float) -> Run:
    published = 0
    drops = max(1, round(seconds / EVERY_S))
    for _ in range(drops):
        published += publish(room, DROPS_RATE, EVERY_S - DROP_S)
        room.party.go()
        published += publish(room, DROPS_RATE, DROP_S)
        room.party.come(SPREAD_S)
    published += publish(room, DROPS_RATE, 1.0)
    found = room.party.report(PATIENCE_S, published)
    trips = found["trips"][GUESTS:]
    return Run(
        {
            **delivery(found, published),
            "drops": drops,
            "p50 ms to be complete": percentile(trips, 50) * 1000,
            "p99 ms to be complete": percentile(trips, 99) * 1000,
            "memory MB": memory_mb(room.server, "VmHWM"),
        },
        {"trips_s": [round(trip, 4) for trip in trips]},
    )


def publish(room: Room, rate: float, seconds: float) -> int:
    plan = schedule.begin(rate, seconds, time.time)
    room.publisher.publish(plan, fragment(SIZE), [CHANNEL])
    return plan.count


def delivery(found: dict[str, Any], published: int) -> dict[str, float]:
    return {
        "delivered %": found["heard"] * 100 / (published * GUESTS),
        "twice": found["twice"],
        "disordered": found["disordered"],
        "unrecovered": found["unrecovered"],
        "refused connects": found["refused"],
    }


def count_reads(redis: Any) -> int:
    return int(redis.info("commandstats").get("cmdstat_xrange", {}).get("calls", 0))
