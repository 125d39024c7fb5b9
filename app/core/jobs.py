"""Work that may be slow or fail: queued through the outbox, run by RQ workers."""

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from flask import Flask, current_app
from rq import Queue, Retry, SimpleWorker, Worker
from rq.exceptions import DuplicateJobError
from rq.executions import Execution
from rq.job import Job
from rq.registry import ScheduledJobRegistry
from rq.worker import BaseWorker

from app.core import job_runs, outbox, outbox_rows, request_id, tallies
from app.core.database import db, run_safely
from app.core.marked_jobs import MarkedJob, make_mark
from app.core.own_memory import resident_bytes
from app.core.redis import Redis, RedisDown, connect, wait_for_replica

QUEUES = ("critical", "default", "bulk")
TOPIC = outbox_rows.JOB
PREFIX = "outbox-"
TIMEOUT_S = 60
RETRY_AFTER_S = [2, 10, 30, 120, 600]
KEEP_RESULT_S = 600
KEEP_FAILURE_S = 7 * 24 * 3600
# A hung socket must not end a worker's blocking wait for the next job.
WORKER_SOCKET_TIMEOUT_S = 60
ENDED = (b"finished", b"failed", b"stopped", b"canceled")


def init_app(app: Flask) -> None:
    outbox.register(app, TOPIC, enqueue)


def run_later(
    function: Callable[..., Any],
    *ids: int | str,
    queue: str = "default",
    retry_after_s: Sequence[int] = RETRY_AFTER_S,
) -> None:
    """Run `function(*ids)` in a worker once the running transaction has committed.

    At least once, whatever Redis forgets: it may run twice, so it checks for itself whether its work is done already. When
    it raises, it runs again after these pauses.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    pauses = list(retry_after_s)
    outbox.announce(
        TOPIC, secrets.token_hex(8), function=name, ids=list(ids), queue=queue, retry_after_s=pauses
    )


def enqueue(event: outbox.Announcement) -> None:
    """The job's id comes from the event, so that an event delivered twice is one job."""
    current_app.extensions["redis"].call(lambda client: put_in_queue(client, event))


def put_in_queue(client: Redis, event: outbox.Announcement) -> None:
    if not add_job(client, event) and not is_alive(client, event.id):
        add_job(client, event)
    # The outbox takes the event for handed over once this returns, and asks again only after minutes.
    wait_for_replica(client)


def add_job(client: Redis, event: outbox.Announcement) -> bool:
    """False when Redis has a job of that name."""
    pauses = event.payload.get("retry_after_s", RETRY_AFTER_S)
    job_id, function, ids = f"{PREFIX}{event.id}", event.payload["function"], event.payload["ids"]
    try:
        queue_of(client, event.payload["queue"]).enqueue_call(
            function,
            args=tuple(ids),
            job_id=job_id,
            unique=True,
            timeout=TIMEOUT_S,
            retry=Retry(max=len(pauses), interval=pauses),
            result_ttl=KEEP_RESULT_S,
            failure_ttl=KEEP_FAILURE_S,
            meta={"request_id": event.request_id, "mark": make_mark(job_id, function, ids)},
        )
    except DuplicateJobError:
        return False
    return True


def is_alive(client: Redis, event_id: int) -> bool:
    """Whether the job that Redis has can still run, or has ended; the event of one that has ended is told of.

    When Redis forgets a job that runs, its worker may leave notes of it behind which hold nothing to run.
    """
    key = Job.key_for(f"{PREFIX}{event_id}")
    status, data = client.hmget(key, "status", "data")
    if status in ENDED:
        outbox_rows.end(event_id)
    elif data is None:
        client.delete(key)
        return False
    return True


def wake(function: str, queue: str) -> None:
    """Run `function()`, named by its path, as soon as may be; many calls within a second are one job. Raises RedisDown.

    For work that finds by itself what there is to do. A call may get lost while such a job is about to end, so the clock
    calls as well.
    """
    job_id = f"{function.replace('.', '-')}-{int(time.time())}"
    with suppress(DuplicateJobError):
        current_app.extensions["redis"].call(
            lambda client: queue_of(client, queue).enqueue_call(
                function,
                job_id=job_id,
                unique=True,
                timeout=TIMEOUT_S,
                result_ttl=0,
                failure_ttl=KEEP_RESULT_S,
                meta={"request_id": request_id.current(), "mark": make_mark(job_id, function, ())},
            )
        )


def requeue_due() -> None:
    """Queue again the failed jobs whose pause is over. RQ's own scheduler would be one more process for each worker."""

    def requeue(client: Any) -> None:
        for name in QUEUES:
            requeue_due_of(queue_of(client, name))

    with suppress(RedisDown):
        current_app.extensions["redis"].call(requeue)


def requeue_due_of(queue: Queue) -> None:
    registry = ScheduledJobRegistry(queue=queue)  # type: ignore[no-untyped-call]
    for job_id in registry.get_jobs_to_schedule():
        job = queue.fetch_job(job_id)
        with queue.connection.pipeline() as pipeline:
            if job:
                queue.enqueue_job(job, pipeline=pipeline)
            registry.remove(job_id, pipeline=pipeline)
            pipeline.execute()


def queue_of(client: Any, name: str) -> Queue:
    # JSON, because a pickle in Redis runs code for whoever can write there.
    return Queue(name, connection=client, serializer="json", job_class=MarkedJob)


def make_app_worker(app: Flask, kind: type[BaseWorker]) -> type[BaseWorker]:
    class AppWorker(kind):  # type: ignore[valid-type,misc]
        """Gives every job a fresh application context, as every request has one, and notes that it has ended."""

        def main_work_horse(self, job: Job, queue: Queue) -> None:
            tallies.leave_to_parent()
            super().main_work_horse(job, queue)

        def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
            with app.app_context(), job_runs.watch(job, self.connection) as run:
                run.is_done = bool(super().perform_job(job, queue, execution))
                if run.is_done and job.id.startswith(PREFIX):
                    run_safely(lambda: outbox_rows.end(int(job.id.removeprefix(PREFIX))))
                return run.is_done

        def handle_work_horse_killed(self, job: Job, retpid: int, ret_val: int, rusage: Any) -> None:
            super().handle_work_horse_killed(job, retpid, ret_val, rusage)
            job_runs.note_killed(job, self.connection)

        def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
            """Also how large it is, for whoever looks at the processes; see `workers`."""
            super().heartbeat(timeout, pipeline=pipeline)
            (self.connection if pipeline is None else pipeline).hset(self.key, "memory", resident_bytes())

    return AppWorker


def work(app: Flask, redis_url: str, names: tuple[str, ...], *, burst: bool = False) -> None:
    """Run jobs until told to stop. Short intervals, because RQ notices a killed worker only between its rounds.

    Each job runs in a fork. One that inherited a connection would speak on it at the same time as the next. In a burst all
    run here, where whoever called may hold one.
    """
    if not burst:
        db.engine.dispose()
    client = connect(redis_url, socket_timeout=WORKER_SOCKET_TIMEOUT_S, decode_responses=False)
    worker = make_app_worker(app, SimpleWorker if burst else Worker)(
        [queue_of(client, name) for name in names],
        connection=client,
        serializer="json",
        job_class=MarkedJob,
        worker_ttl=30,
        maintenance_interval=5,
        job_monitoring_interval=5,
    )
    worker.work(burst=burst, logging_level="WARNING")
