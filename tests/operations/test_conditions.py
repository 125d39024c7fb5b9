"""What the operations page says is wrong, from facts alone: each limit from both sides."""

from dataclasses import replace

import pytest

from app.monitoring.traffic import Minute
from app.operations.conditions import CONDITIONS, find_causes
from app.operations.facts import Facts
from app.operations.queues import QueueState, WorkerState

CHECKS = ("database", "migrations", "disk", "redis", "live")
GIB = 1024**3


def checks(**broken):
    well = {"ok": True, "problem": None, "ms": 1.0, "since": None}
    since = {"ok": False, "problem": "OperationalError", "ms": 1.0, "since": 1_795_457_000_000}
    return {name: since if name in broken else well for name in CHECKS}


def minutes(requests, errors, p95_ms):
    return [Minute(0, requests, errors, p95_ms, 1)] * 5


WORKER = WorkerState("a", "host", 1, "idle", "default", 1, 1, 1, 0, 0)
WELL = Facts(
    at=1,
    seen_from="web",
    checks=checks(),
    figures={"clock_active": 1, "disk_free_bytes": 2 * GIB, "redis_memory_limit_bytes": 0},
    web=[],
    clocks=[],
    live=[{"id": "a"}],
    workers=[WORKER],
    queues=[QueueState("default", 0, 0, 0, 0, 0)],
    hour=minutes(100, 0, 50),
)


def queue(name, *, oldest=0.0, failed=0):
    return [QueueState(name, 3, oldest, failed, 0, 0)]


def with_figures(**figures):
    return replace(WELL, figures={**WELL.figures, **figures})


def clock(is_failing):
    return [{"is_active": True, "tasks": [{"name": "app.core.outbox.sweep", "is_failing": is_failing}]}]


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        (WELL, None),
        (replace(WELL, checks=checks(database=1)), "LiveshelfDatabaseDown"),
        (replace(WELL, checks=checks(migrations=1)), "LiveshelfNotMigrated"),
        (replace(WELL, checks=checks(redis=1)), "LiveshelfRedisDown"),
        (replace(WELL, checks=checks(disk=1)), "LiveshelfDiskLow"),
        (with_figures(disk_free_bytes=GIB - 1), "LiveshelfDiskLow"),
        (with_figures(disk_free_bytes=GIB), None),
        (replace(WELL, live=[]), "LiveshelfNoLive"),
        (replace(WELL, live=None), None),
        (replace(WELL, workers=[]), "LiveshelfNoWorker"),
        (with_figures(clock_active=0), "LiveshelfNoClock"),
        (with_figures(clock_active=None), None),
        (with_figures(outbox_oldest_seconds=30), None),
        (with_figures(outbox_oldest_seconds=31, outbox_waiting=4), "LiveshelfOutboxLate"),
        (with_figures(mails_oldest_seconds=900), None),
        (with_figures(mails_oldest_seconds=901), "LiveshelfMailLate"),
        (with_figures(push_services_paused=1), "LiveshelfPushPaused"),
        (with_figures(audit_chain_breaks=1), "LiveshelfAuditBroken"),
        (with_figures(blocks_last_hour=20), None),
        (with_figures(blocks_last_hour=21), "LiveshelfBlocksSurge"),
        (with_figures(redis_memory_bytes=85, redis_memory_limit_bytes=100), None),
        (with_figures(redis_memory_bytes=86, redis_memory_limit_bytes=100), "LiveshelfRedisFull"),
        (replace(WELL, queues=queue("critical", oldest=31)), "LiveshelfQueueLate"),
        (replace(WELL, queues=queue("default", oldest=120)), None),
        (replace(WELL, queues=queue("default", oldest=121)), "LiveshelfQueueLate"),
        (replace(WELL, queues=queue("bulk", oldest=121)), None),
        (replace(WELL, queues=queue("default", failed=1)), "LiveshelfJobsFailed"),
        (replace(WELL, clocks=clock(True)), "LiveshelfTaskFailing"),
        (replace(WELL, clocks=clock(False)), None),
        (replace(WELL, hour=minutes(100, 2, 50)), None),
        (replace(WELL, hour=minutes(100, 3, 50)), "LiveshelfErrors"),
        (replace(WELL, hour=minutes(1, 0, 50)[:4] + [Minute(0, 1, 1, 50, 1)]), None),
        (replace(WELL, hour=minutes(100, 0, 1000)), None),
        (replace(WELL, hour=minutes(100, 0, 1001)), "LiveshelfSlow"),
        (replace(WELL, hour=None), None),
    ],
)
def test_each_limit_is_where_it_should_be(app, facts, name):
    assert [cause.condition.name for cause in find_causes(facts)] == ([name] if name else [])


def test_a_dead_database_is_named_once_and_first(app):
    """Nobody can look at migrations or tables then, so nothing is said of them."""
    facts = Facts(1, "web", checks(database=1, migrations=1, redis=1))

    causes = find_causes(facts)

    assert [cause.condition.name for cause in causes] == ["LiveshelfDatabaseDown", "LiveshelfRedisDown"]
    assert causes[1].says == "Redis has not answered since 19:03"


def test_each_says_what_it_means_and_what_to_do(app):
    assert len({condition.name for condition in CONDITIONS}) == len(CONDITIONS)
    assert all(
        text.endswith((".", "?")) for condition in CONDITIONS for text in (condition.means, condition.remedy)
    )
