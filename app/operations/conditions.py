"""What may be wrong with the shop, by the names that the alert rules have too: how it is told, what shoppers notice, what
to do. The order is that of urgency.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.operations import findings
from app.operations.facts import Facts

# What is wrong in a few words, or None; it ends without a full stop.
Find = Callable[[Facts], str | None]


@dataclass(frozen=True)
class Condition:
    """`is_outage`: shoppers cannot buy. `means` is what they notice, `remedy` where to begin. Without the dependencies
    that it `needs` nobody can know; figures are read with the database or not at all.
    """

    name: str
    title: str
    find: Find
    means: str
    remedy: str
    is_outage: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cause:
    condition: Condition
    says: str


def find_causes(facts: Facts) -> list[Cause]:
    found = ((condition, condition.find(facts)) for condition in CONDITIONS)
    return [Cause(condition, says) for condition, says in found if says]


CONDITIONS = (
    Condition(
        "LiveshelfDatabaseDown",
        "The database answers",
        findings.database_down,
        "Nobody can buy: pages answer 503 and ask to come back. Open pages stay and say so.",
        "Check that PostgreSQL runs and takes connections; nothing has to be restarted once it does.",
        is_outage=True,
    ),
    Condition(
        "LiveshelfNotMigrated",
        "The database fits this release",
        findings.not_migrated,
        "Pages that need what is missing fail.",
        "Run flask --app wsgi setup with this release.",
        is_outage=True,
        needs=("database",),
    ),
    Condition(
        "LiveshelfDiskLow",
        "The disk has room",
        findings.disk_low,
        "Once it is full nothing can be bought or written, while reading goes on.",
        "Delete old logs and backups on the disk of DATA_DIR, or make it larger.",
        needs=("database",),
    ),
    Condition(
        "LiveshelfAuditBroken",
        "The audit is whole",
        findings.audit_broken,
        "Shoppers notice nothing. Somebody wrote to the database past the shop.",
        "Run flask --app wsgi verify, compare with a backup, and keep this database as evidence.",
        needs=("database",),
    ),
    Condition(
        "LiveshelfErrors",
        "Requests succeed",
        findings.many_errors,
        "Some shoppers see an error page.",
        "Look for lines of level error in web's log; they carry the request's id.",
        needs=("redis",),
    ),
    Condition(
        "LiveshelfRedisDown",
        "Redis answers",
        findings.redis_down,
        "Live updates are paused and say so; orders go on; mails and pushes wait.",
        "Check that Redis runs and REDIS_URL is right. All that waited follows by itself.",
    ),
    Condition(
        "LiveshelfRedisFull",
        "Redis has memory",
        findings.redis_full,
        "None yet. Once it is full live updates pause and jobs wait.",
        "Give it more memory, and look for a queue that only grows.",
        needs=("redis", "database"),
    ),
    Condition(
        "LiveshelfNoLive",
        "Sockets are served",
        findings.no_live,
        "Badges and chats are seconds late: pages ask over HTTP instead.",
        "Start live and read its log.",
        needs=("redis",),
    ),
    Condition(
        "LiveshelfNoClock",
        "A clock runs",
        findings.no_clock,
        "Holds end late, what a killed process left is not finished, mails may wait.",
        "Start clock and read its log. A second one may run too: one waits for the other.",
        needs=("database",),
    ),
    Condition(
        "LiveshelfNoWorker",
        "A worker runs",
        findings.no_worker,
        "Mails, pushes, pictures and files wait.",
        "Start worker and read its log.",
        needs=("redis",),
    ),
    Condition(
        "LiveshelfSlow",
        "Pages are fast",
        findings.slow,
        "The shop feels slow.",
        "Look at the processor, the database and the waits for its connections; start more web processes.",
        needs=("redis",),
    ),
    Condition(
        "LiveshelfOutboxLate",
        "Events are told at once",
        findings.outbox_late,
        "Badges, chats and mails are late by as much.",
        "Look for outbox in web's and clock's logs: a handler raises, or Redis is away.",
        needs=("database",),
    ),
    Condition(
        "LiveshelfQueueLate",
        "Jobs are run at once",
        findings.queue_late,
        "Mails, pushes and files are late by as much.",
        "Start more workers, and see below what fails.",
        needs=("redis",),
    ),
    Condition(
        "LiveshelfJobsFailed",
        "Jobs succeed",
        findings.jobs_failed,
        "Something that somebody waits for was not done.",
        "Open the failed jobs, read why, and run them again or give them up.",
        needs=("redis",),
    ),
    Condition(
        "LiveshelfTaskFailing",
        "The clock's tasks succeed",
        findings.task_failing,
        "Depends on the task; its name says what is not done.",
        "Look for the task in clock's log.",
        needs=("redis",),
    ),
    Condition(
        "LiveshelfMailLate",
        "Mails leave",
        findings.mail_late,
        "Confirmations and links to reset passwords do not arrive.",
        "Check MAIL_URL and the mail server; what waits is tried again for two days.",
        needs=("database",),
    ),
    Condition(
        "LiveshelfPushPaused",
        "Push services take pushes",
        findings.push_paused,
        "Pushes to those browsers are late; a mail follows where one is allowed.",
        "See Notifications for the reason. Pauses end by themselves; a refused key does not.",
        needs=("database",),
    ),
    Condition(
        "LiveshelfBlocksSurge",
        "Few clients are kept out",
        findings.many_blocks,
        "None, unless honest people are among them.",
        "Open the blocked clients: an attack, or a rule that is too strict?",
        needs=("database",),
    ),
)
