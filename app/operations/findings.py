"""What is wrong, in a few words, or None: each looks at the facts for one thing. The limits are the alert rules' too."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app

from app.operations.facts import Facts

OUTBOX_S, MAIL_S = 30, 900
QUEUE_S = {"critical": 30, "default": 120, "bulk": 900}
DISK_BYTES = 1024**3
ERROR_SHARE, ERRORS_LEAST, P95_MS, MINUTES = 0.02, 5, 1000, 5
BLOCKS_AN_HOUR = 20
MEMORY_SHARE = 0.85


def unanswered(facts: Facts, check: str, name: str) -> str | None:
    """By the shop's own time, as all times on the page."""
    if facts.is_well(check):
        return None
    if (moment := facts.since(check)) is None:
        return f"{name} does not answer"
    zone = ZoneInfo(current_app.config["SETTINGS"].SHOP_TIMEZONE)
    return f"{name} has not answered since {datetime.fromtimestamp(moment / 1000, zone):%H:%M}"


def database_down(facts: Facts) -> str | None:
    return unanswered(facts, "database", "The database")


def not_migrated(facts: Facts) -> str | None:
    # Without an answer of the database nobody knows; that is said above.
    if facts.is_well("migrations") or not facts.is_well("database"):
        return None
    return "The database is older than this release"


def disk_low(facts: Facts) -> str | None:
    free = facts.figures.get("disk_free_bytes")
    if not facts.is_well("disk"):
        return "The disk is full"
    return f"Only {free / 1024**2:.0f} MiB of the disk are free" if free and free < DISK_BYTES else None


def redis_down(facts: Facts) -> str | None:
    return unanswered(facts, "redis", "Redis")


def redis_full(facts: Facts) -> str | None:
    used, limit = facts.figure("redis_memory_bytes"), facts.figure("redis_memory_limit_bytes")
    return f"Redis uses {used / limit:.0%} of its memory" if limit and used > limit * MEMORY_SHARE else None


def no_live(facts: Facts) -> str | None:
    return "No socket process is running" if facts.live == [] else None


def no_clock(facts: Facts) -> str | None:
    return "No clock is running" if facts.figures.get("clock_active") == 0 else None


def no_worker(facts: Facts) -> str | None:
    return "No worker is running" if facts.workers == [] else None


def many_errors(facts: Facts) -> str | None:
    minutes = facts.last_minutes(MINUTES)
    requests, errors = sum(each.requests for each in minutes), sum(each.errors for each in minutes)
    if errors < ERRORS_LEAST or errors <= requests * ERROR_SHARE:
        return None
    return f"{errors} of {requests} requests failed within {MINUTES} minutes"


def slow(facts: Facts) -> str | None:
    known = [each.p95_ms for each in facts.last_minutes(MINUTES) if each.p95_ms is not None]
    if len(known) < 2 or min(known) <= P95_MS:
        return None
    return f"Pages take over {min(known) / 1000:.1f} s for one in twenty, for {len(known)} minutes"


def outbox_late(facts: Facts) -> str | None:
    age = facts.figure("outbox_oldest_seconds")
    waiting = facts.figure("outbox_waiting")
    return f"{waiting:.0f} events wait, the oldest for {tell_age(age)}" if age > OUTBOX_S else None


def queue_late(facts: Facts) -> str | None:
    late = [each for each in facts.queues or [] if each.oldest_seconds > QUEUE_S.get(each.name, 0)]
    named = [f"{each.jobs} in {each.name}, the oldest for {tell_age(each.oldest_seconds)}" for each in late]
    return f"Jobs wait: {'; '.join(named)}" if named else None


def jobs_failed(facts: Facts) -> str | None:
    failed = sum(each.failed for each in facts.queues or [])
    return f"{failed} {'job has' if failed == 1 else 'jobs have'} failed after all tries" if failed else None


def task_failing(facts: Facts) -> str | None:
    failing = [each["name"].removeprefix("app.") for each in facts.tasks if each["is_failing"]]
    return f"Tasks of the clock fail: {', '.join(failing)}" if failing else None


def mail_late(facts: Facts) -> str | None:
    age = facts.figure("mails_oldest_seconds")
    waiting = facts.figure("mails_waiting")
    return f"{waiting:.0f} mails wait, the oldest for {tell_age(age)}" if age > MAIL_S else None


def push_paused(facts: Facts) -> str | None:
    paused = facts.figure("push_services_paused")
    return (
        f"{paused:.0f} push {'services are' if paused > 1 else 'service is'} left alone" if paused else None
    )


def audit_broken(facts: Facts) -> str | None:
    breaks = facts.figure("audit_chain_breaks")
    return f"The audit is not as it was written: {breaks:.0f} breaks" if breaks else None


def many_blocks(facts: Facts) -> str | None:
    blocks = facts.figure("blocks_last_hour")
    return f"{blocks:.0f} clients were kept out within the hour" if blocks > BLOCKS_AN_HOUR else None


def tell_age(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
