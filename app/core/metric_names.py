"""What each figure is, as Prometheus tells it, and which timings need wider buckets than an answer to a page."""

HELP = {
    "request": "Time that the answer to a request took, by route",
    "responses": "Answers, by route and status",
    "requests_shed": "Requests refused because too many were under way",
    "task": "Time that a task of the clock took",
    "task_failures": "Tasks of the clock that raised",
    "task_last_run_timestamp_seconds": "When a task of the clock ran last, Unix time",
    "job": "Time that a job took in a worker",
    "jobs": "Runs of jobs, by how they ended: done, failed, or killed with the process that ran it",
    "publish": "Time that publishing to Redis took",
    "outbox_delivered": "Events that were handed to their handlers",
    "outbox_failed": "Events whose handlers raised; they are tried again",
    "database_pool_in_use": "Database connections that requests and tasks hold now",
    "database_pool_wait": "Time that somebody waited for a database connection, if over a millisecond",
    "database_pool_timeouts": "Requests that were refused because no database connection came free",
    "redis_failures": "Times that Redis did not answer or took no writes",
    "redis_drift": "Channels that Redis showed differently from the database, mended since",
    "mail_tries": "Tries to send a mail, by result: sent, later, refused",
    "clients_stopped": "Clients that were found to attack, by what was done: blocked, slowed or only logged",
    "push_blocked": "Pushes that were not sent because their address is none of a push service",
    "chat_slot_drift": "Agents whose count of rooms was wrong, mended since",
    "chat_file_delete_failed": "Files of the chat that could not be deleted",
    "chat_file_bytes_freed": "Bytes of deleted files of the chat",
    "chat_oldest_due_seconds": "Age past its limit of the oldest message that retention has not deleted yet",
    "chat_orphan_blobs": "Files on the disk that no message has",
    "chat_lost_blobs": "Files of messages that are not on the disk",
}

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
WIDE_BUCKETS_S = (*BUCKETS_S, 10.0, 30.0, 60.0)
WIDE = ("job", "task")


def describe(name: str) -> str:
    return HELP.get(name, name.replace("_", " "))


def buckets_of(name: str) -> tuple[float, ...]:
    return WIDE_BUCKETS_S if name in WIDE else BUCKETS_S
