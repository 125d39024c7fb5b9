"""The queues of jobs as Redis has them, and the workers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from rq import Queue
from rq.job import Job
from rq.registry import FailedJobRegistry, ScheduledJobRegistry, StartedJobRegistry

from app.core import clock, jobs

WORKERS = "rq:workers"
# A worker that waits for work tells of itself every 15 s, see jobs.work.
SILENT_MS = 60_000


@dataclass(frozen=True)
class QueueState:
    name: str
    jobs: int
    oldest_seconds: float
    failed: int
    scheduled: int
    running: int


@dataclass(frozen=True)
class WorkerState:
    """Times in epoch ms, `memory` in bytes."""

    name: str
    host: str
    pid: int
    state: str
    queues: str
    started: int
    seen: int
    memory: int
    done: int
    failed: int


def read_queues() -> list[QueueState]:
    """Raises RedisDown."""
    found: list[QueueState] = current_app.extensions["redis"].call(
        lambda client: [read_queue(jobs.queue_of(client, name)) for name in jobs.QUEUES]
    )
    return found


def read_queue(queue: Queue) -> QueueState:
    return QueueState(
        queue.name,
        queue.count,
        find_oldest(queue),
        count_of(FailedJobRegistry, queue),
        count_of(ScheduledJobRegistry, queue),
        count_of(StartedJobRegistry, queue),
    )


def count_of(kind: Any, queue: Queue) -> int:
    """Straight from Redis: RQ's own count first cleans up, which is the workers' business."""
    return int(queue.connection.zcard(kind(queue=queue).key))


def find_oldest(queue: Queue) -> float:
    """Seconds that the next job has waited."""
    ids = queue.get_job_ids(0, 1)
    enqueued = queue.connection.hget(Job.key_for(ids[0]), "enqueued_at") if ids else None
    return max(0.0, (clock.now_ms() - read_time(enqueued)) / 1000) if enqueued else 0.0


def read_workers() -> list[WorkerState]:
    """Those that were heard of within the last minute. Raises RedisDown."""

    def read(client: Any) -> list[dict[str, str]]:
        keys = sorted(client.smembers(WORKERS))
        pipeline = client.pipeline(transaction=False)
        for key in keys:
            pipeline.hgetall(key)
        return [
            {"key": key.decode(), **{name.decode(): value.decode() for name, value in fields.items()}}
            for key, fields in zip(keys, pipeline.execute(), strict=True)
            if fields
        ]

    found = [make_worker(fields) for fields in current_app.extensions["redis"].call(read)]
    return [worker for worker in found if clock.now_ms() - worker.seen < SILENT_MS]


def make_worker(fields: dict[str, str]) -> WorkerState:
    return WorkerState(
        fields["key"].rpartition(":")[2],
        fields.get("hostname", ""),
        int(fields.get("pid") or 0),
        fields.get("state", ""),
        fields.get("queues", ""),
        read_time(fields.get("birth")),
        read_time(fields.get("last_heartbeat")),
        int(fields.get("memory") or 0),
        int(fields.get("successful_job_count") or 0),
        int(fields.get("failed_job_count") or 0),
    )


def read_time(text: str | bytes | None) -> int:
    """RQ writes UTC as ISO 8601; epoch ms, 0 for none."""
    if not text:
        return 0
    told = datetime.fromisoformat(text.decode() if isinstance(text, bytes) else text)
    return int((told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp() * 1000)
