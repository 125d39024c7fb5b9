"""What is noted of each run of a job: a log line in the name of its request, how long it took, how it ended."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from rq.exceptions import DeserializationError
from rq.job import Job

from app.core import metrics, request_id, tallies

UNKNOWN = "unknown"

log = logging.getLogger(__name__)


def name_of(job: Job) -> str:
    """Also of what nobody can read, which fails like any other: a worker that raised here would end."""
    with suppress(DeserializationError):
        return job.func_name or UNKNOWN
    return UNKNOWN


class Run:
    is_done = False


@contextmanager
def watch(job: Job, client: Any) -> Iterator[Run]:
    """Whoever runs the job sets `is_done`. Figures are told at the end, since the process may end with the job."""
    run, begun = Run(), time.perf_counter()
    with request_id.carry((job.meta or {}).get("request_id", "")):
        try:
            yield run
        finally:
            outcome, took = "done" if run.is_done else "failed", time.perf_counter() - begun
            fields = {"job": name_of(job), "job_id": job.id, "outcome": outcome, "ms": round(took * 1000, 1)}
            log.info("job %s", outcome, extra={"fields": fields})
            metrics.observe("job", took, job=name_of(job))
            metrics.count("jobs", job=name_of(job), outcome=outcome)
            tell(client)


def note_killed(job: Job, client: Any) -> None:
    """By the worker whose child died under the job: nobody else can tell."""
    log.error("job killed", extra={"fields": {"job": name_of(job), "job_id": job.id, "outcome": "killed"}})
    metrics.count("jobs", job=name_of(job), outcome="killed")
    tell(client)


def tell(client: Any) -> None:
    """A worker that shares web's folder after all, as on one machine it may, must not count twice."""
    if not metrics.are_shared():
        tallies.tell(client)
