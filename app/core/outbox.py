"""Events written in the transaction of the change they tell of, so that a crash between commit and publish loses none."""

import logging
import math
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from app.core import metrics, request_id
from app.core.batch import Batch
from app.core.database import after_commit_once, db
from app.core.outbox_rows import FRESH, INSERT, list_due, mark, outbox, postpone
from app.core.redis import RedisDown

PAUSE_S = 0.05
MOST_REMEMBERED = 1_000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Announcement:
    """What a topic's handler gets. Handlers may run twice and out of order."""

    id: int
    topic: str
    key: str
    version: int
    payload: dict[str, Any] = field(default_factory=dict)
    request_id: str = field(default_factory=request_id.current)


Handler = Callable[[Announcement], None]
ManyHandler = Callable[[list[Announcement]], None]
Group = list[Announcement]


def init_app(app: Flask) -> None:
    app.extensions["outbox"] = {}
    app.extensions["outbox_many"] = {}
    app.extensions["outbox_begun"] = {}
    app.extensions["outbox_late"] = Batch(app, deliver_late, "the sweep delivers these events")
    app.extensions["outbox_marks"] = Batch(app, mark, "the sweep delivers these events again")


def register(app: Flask, topic: str, handler: Handler) -> None:
    app.extensions["outbox"][topic] = handler


def register_many(app: Flask, topic: str, handler: ManyHandler) -> None:
    """For a topic of which a transaction often tells several: they are handed over together."""
    register(app, topic, lambda event: handler([event]))
    app.extensions["outbox_many"][topic] = handler


def follow(app: Flask, topic: str, handler: Handler) -> None:
    """One more handler of a topic that another package registered; it runs after the others."""
    assert topic not in app.extensions["outbox_many"], f"{topic} is handed over many at a time"
    register(app, topic, in_turn(app.extensions["outbox"][topic], handler))


def in_turn(*handlers: Handler) -> Handler:
    """Several handlers of one topic as one. What one of them raises keeps none of the others from running."""

    def run(event: Announcement) -> None:
        with ExitStack() as stack:
            for handler in reversed(handlers):
                stack.callback(handler, event)

    return run


def announce(topic: str, key: str, version: int = 0, **payload: Any) -> None:
    """Write an event inside the running transaction; it is delivered right after the commit, or by the sweep.

    Events of one topic and key may be collapsed into the newest, so one that must not be has a key of its own.
    """
    assert topic in current_app.extensions["outbox"], f"no handler for {topic}"
    values = {"topic": topic, "key": key, "version": version, "payload": payload}
    event_id = db.session.execute(INSERT, values).scalar_one()
    deliver_after_commit(Announcement(event_id, topic, key, version, payload))


def insert_from(topic: str, key: sa.ColumnElement[str], version: sa.ColumnElement[int]) -> sa.Insert:
    """An event as part of the statement it tells of, once for each of its rows; answers id and version.

    Whoever runs it hands the event to `deliver_after_commit`.
    """
    names = {"topic": sa.literal(topic), "key": key, "version": version}
    values: dict[str, Any] = {**names, "payload": sa.literal({}, sa.JSON), **FRESH}
    return (
        sa.insert(outbox)
        .from_select(list(values), sa.select(*values.values()))
        .returning(outbox.c.id, outbox.c.version)
    )


class Announced(list[Announcement]):
    """What the running transaction announced."""

    def __call__(self) -> None:
        deliver_soon(self)


def deliver_after_commit(event: Announcement) -> None:
    after_commit_once(Announced).append(event)


def deliver_soon(events: list[Announcement]) -> None:
    """Now; or in a moment, with all that come meanwhile, what this process did of the same topic and key just before.

    So what everybody wants at once costs few deliveries for many changes, and hardly any of them pays for the others.
    """
    if not current_app.config.get("OUTBOX_DELIVERS", True):
        return
    crowded: list[Announcement] = []
    alone: list[Announcement] = []
    for event in events:
        (crowded if is_crowded(event) else alone).append(event)
    if crowded:
        current_app.extensions["outbox_late"].add(crowded)
    delivered, _ = deliver(alone)
    current_app.extensions["outbox_marks"].add(delivered)


def is_crowded(event: Announcement) -> bool:
    """Whether this process began to deliver the same topic and key a moment ago."""
    begun: dict[tuple[str, str], float] = current_app.extensions["outbox_begun"]
    name, now = (event.topic, event.key), time.monotonic()
    if now - begun.get(name, -math.inf) < current_app.config.get("OUTBOX_PAUSE_S", PAUSE_S):
        return True
    if len(begun) > MOST_REMEMBERED:
        begun.clear()  # forgetting costs a delivery at most
    begun[name] = now
    return False


def deliver_late(events: list[Announcement]) -> None:
    mark(deliver(events)[0])


def deliver(events: Iterable[Announcement]) -> tuple[list[int], list[int]]:
    """Hand each topic and key's newest event to its handler. Returns the ids delivered and the ids that failed."""
    delivered: list[int] = []
    failed: list[int] = []
    waiting = deque(together(grouped(events)))
    while waiting:
        groups = waiting.popleft()
        topic = groups[0][0].topic
        try:
            hand_over(topic, groups)
        except RedisDown:
            break
        except Exception:
            db.session.rollback()  # PostgreSQL would refuse every later group of this batch
            if len(groups) > 1:
                # One that fails must not hold up the others.
                waiting.extendleft([group] for group in reversed(groups))
                continue
            log.exception("outbox event %s of topic %s failed", groups[0][-1].id, topic)
            metrics.count("outbox_failed", topic=topic)
            failed += [event.id for event in groups[0]]
        else:
            metrics.count("outbox_delivered", len(groups), topic=topic)
            delivered += [event.id for group in groups for event in group]
    return delivered, failed


def hand_over(topic: str, groups: list[Group]) -> None:
    """Handlers log, queue and publish for the request that they do it for; for none, when it is for several."""
    many: ManyHandler | None = current_app.extensions["outbox_many"].get(topic)
    newest = [group[-1] for group in groups]
    asked_by = {event.request_id for event in newest}
    with request_id.carry(asked_by.pop() if len(asked_by) == 1 else ""):
        if many:
            many(newest)
        else:
            current_app.extensions["outbox"][topic](newest[0])


def grouped(events: Iterable[Announcement]) -> list[Group]:
    groups: dict[tuple[str, str], Group] = {}
    for event in sorted(events, key=lambda event: event.id):
        groups.setdefault((event.topic, event.key), []).append(event)
    return list(groups.values())


def together(groups: list[Group]) -> list[list[Group]]:
    """Those of a topic whose handler takes many, at the place of the first of them; the others one by one."""
    found: dict[object, list[Group]] = {}
    for group in groups:
        topic = group[0].topic
        takes_many = topic in current_app.extensions["outbox_many"]
        found.setdefault(topic if takes_many else id(group), []).append(group)
    return list(found.values())


def sweep() -> int:
    """Deliver what is still waiting a second after its commit. Returns how many were delivered."""
    events = [
        Announcement(row.id, row.topic, row.key, row.version, row.payload, row.request_id)
        for row in list_due()
    ]
    delivered, failed = deliver(events)
    mark(delivered)
    postpone(failed)
    return len(delivered)
