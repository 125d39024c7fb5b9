"""Jobs that failed for good, tries and all: what staff may run once more or give up."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import current_app
from rq import Queue
from rq.exceptions import DeserializationError, InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry

from app.core import jobs, outbox_rows
from app.core.database import after_commit
from app.core.errors import DomainError
from app.core.job_runs import name_of
from app.core.json_lines import hide_secrets
from app.core.redis import RedisDown
from app.operations.queues import read_time
from app.security import audit
from app.security.access import Caller

MOST_OF_EACH = 50
LONGEST_ERROR = 300


class RedisAway(DomainError):
    code, kind, title = "redis_away", "busy", "Redis does not answer; try again when it does"


class JobGone(DomainError):
    code, kind, title = (
        "job_gone",
        "conflict",
        "This job waits for nobody any more: it was run again, or given up",
    )


@dataclass(frozen=True)
class FailedJob:
    """`error` is the last line of what it raised, without secrets; `failed_at` is epoch ms, 0 if nobody knows."""

    id: str
    queue: str
    function: str
    arguments: str
    failed_at: int
    error: str


def list_failed() -> list[FailedJob]:
    """The newest of each queue, the newest of all first. Raises RedisDown."""

    def read(client: Any) -> list[FailedJob]:
        return [found for name in jobs.QUEUES for found in read_failed(jobs.queue_of(client, name))]

    found: list[FailedJob] = current_app.extensions["redis"].call(read)
    return sorted(found, key=lambda job: -job.failed_at)


def read_failed(queue: Queue) -> Iterator[FailedJob]:
    ids: list[Any] = queue.connection.zrevrange(registry_of(queue).key, 0, MOST_OF_EACH - 1)
    for job_id in ids:
        try:
            yield describe(Job.fetch(job_id.decode(), connection=queue.connection, serializer="json"), queue)
        except NoSuchJobError:
            continue  # forgotten meanwhile; RQ drops the id with time


def describe(job: Job, queue: Queue) -> FailedJob:
    result = job.latest_result()
    lines = (result.exc_string or "" if result else "").strip().splitlines()
    return FailedJob(
        job.id,
        queue.name,
        name_of(job),
        arguments_of(job),
        read_time(job.ended_at.isoformat()) if job.ended_at else 0,
        hide_secrets(lines[-1])[:LONGEST_ERROR] if lines else "It ended without a word.",
    )


def arguments_of(job: Job) -> str:
    with suppress(DeserializationError):
        return ", ".join(map(str, job.args))
    return "?"


def retry_job(job_id: str, caller: Caller) -> str:
    """Put it in its queue again. Inside the running transaction, which audits it. Raises JobGone and RedisAway."""
    return decide(job_id, caller, "job_retried", lambda job, queue: registry_of(queue).requeue(job))


def delete_job(job_id: str, caller: Caller) -> str:
    """Give it up: nobody will run it, whatever Redis forgets. Raises JobGone and RedisAway."""

    def delete(job: Job, queue: Queue) -> None:
        if registry_of(queue).remove(job):  # else it was run again meanwhile
            job.delete()

    said = decide(job_id, caller, "job_deleted", delete)
    if job_id.startswith(jobs.PREFIX):
        outbox_rows.end(int(job_id.removeprefix(jobs.PREFIX)))
    return said


def decide(job_id: str, caller: Caller, action: str, act: Any) -> str:
    """Redis after the commit: an entry in the audit that nothing followed is better than a deed without one."""
    redis = current_app.extensions["redis"]
    try:
        job, queue = redis.call(lambda client: find_failed(client, job_id))
    except RedisDown:
        raise RedisAway() from None
    audit.record(
        action,
        f"job:{job_id}",
        actor=caller.name,
        role=caller.role,
        before={"function": name_of(job), "queue": queue.name},
    )
    after_commit(lambda: redis.call(lambda _: do_if_there(act, job, queue)))
    return name_of(job)


def do_if_there(act: Any, job: Job, queue: Queue) -> None:
    """Of two who decide at once the second finds nothing left to do."""
    try:
        act(job, queue)
    except (InvalidJobOperation, NoSuchJobError):
        return


def find_failed(client: Any, job_id: str) -> tuple[Job, Queue]:
    for name in jobs.QUEUES:
        queue = jobs.queue_of(client, name)
        if client.zscore(registry_of(queue).key, job_id) is not None:
            try:
                return Job.fetch(job_id, connection=client, serializer="json"), queue
            except NoSuchJobError:
                break
    raise JobGone()


def registry_of(queue: Queue) -> FailedJobRegistry:
    return FailedJobRegistry(queue=queue)
