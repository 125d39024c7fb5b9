"""What became of each try, written down: for the delivery, for the device, and for the push service."""

import random
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.core.database import db, now_ms
from app.notifications.delivery import pauses
from app.notifications.delivery.claims import IS_SUPERSEDED, SUPERSEDED
from app.notifications.delivery.outcomes import Answer, Outcome
from app.notifications.models import Delivery, Subscription

# Discourse's rule: some failures over more than a day, none of them followed by a success.
FAILURES, OVER_MS = 3, 24 * 3600_000
NEVER_ANY = 10
LONGEST_SAID = 200


# Names in upper case are filled in for each result; the columns' own names would be taken for values.
TRIED = sa.update(Delivery.__table__).where(
    Delivery.id == sa.bindparam("ID"),
    Delivery.state == "sending",
    Delivery.lease_by == sa.bindparam("HOLDER"),
)
ANSWERED: dict[str, Any] = {
    "lease_by": "",
    "lease_until": None,
    "last_status": sa.bindparam("STATUS", type_=sa.Integer),
    "latency_ms": sa.bindparam("LATENCY_MS", type_=sa.Integer),
}
ACCEPTED = TRIED.values(
    **ANSWERED,
    state="accepted",
    reason="",
    last_error="",
    accepted_at=now_ms(),
    ttl_granted_s=sa.bindparam("TTL_S", type_=sa.Integer),
)
STATE, REASON = sa.bindparam("STATE", type_=sa.String), sa.bindparam("REASON", type_=sa.String)
IS_OUTDATED = sa.and_(STATE == "retry", IS_SUPERSEDED)
OTHERWISE = TRIED.values(
    **ANSWERED,
    state=sa.case((IS_OUTDATED, "suppressed"), else_=STATE),
    reason=sa.case((IS_OUTDATED, SUPERSEDED), else_=REASON),
    last_error=sa.bindparam("SAID", type_=sa.String),
    attempts=Delivery.attempts - sa.bindparam("UNSPENT", type_=sa.Integer),
    next_try_at=now_ms() + sa.bindparam("PAUSE_MS", type_=sa.BigInteger),
)


@dataclass(frozen=True)
class Result:
    """`holder` is whose lease it was, `tries` how many there have been with this one."""

    delivery_id: int
    device_id: int
    origin: str
    holder: str
    tries: int
    outcome: Outcome
    answer: Answer
    latency_ms: int | None = None


def write(results: list[Result]) -> None:
    """Inside the running transaction. Deliveries that somebody else has claimed meanwhile are left to them."""
    write_accepted([each for each in results if each.outcome.state == "accepted"])
    others = [each for each in results if each.outcome.state != "accepted"]
    if others:
        db.session.connection().execute(OTHERWISE, [described(each) for each in others])
    for result in others:
        write_device(result)
        if result.outcome.pause_s is not None:
            pauses.pause(result.origin, result.outcome.pause_s, result.outcome.reason)
    for origin in {each.origin for each in others if each.outcome.reason == "auth"}:
        pauses.note_refusals(origin)


def write_accepted(results: list[Result]) -> None:
    """Nearly all are: two statements for the whole batch."""
    if not results:
        return
    rows = [{**known(each), "TTL_S": granted(each.answer)} for each in results]
    db.session.connection().execute(ACCEPTED, rows)
    devices = sorted({each.device_id for each in results})
    well = {"errors": 0, "first_error_at": None, "last_success_at": now_ms()}
    db.session.execute(update_devices(Subscription.id.in_(devices)).values(well))


def known(result: Result) -> dict[str, object]:
    return {
        "ID": result.delivery_id,
        "HOLDER": result.holder,
        "STATUS": result.answer.status or None,
        "LATENCY_MS": result.latency_ms,
    }


def described(result: Result) -> dict[str, object]:
    state, pause_ms = next_try(result)
    return {
        **known(result),
        "STATE": state,
        "REASON": result.outcome.reason,
        "SAID": printable(result.answer.body),
        "UNSPENT": 0 if result.outcome.is_attempt else 1,
        "PAUSE_MS": pause_ms,
    }


def printable(text: str) -> str:
    """PostgreSQL takes no NUL, and one answer that has it must not lose those of the others."""
    return "".join(sign for sign in text if sign.isprintable())[:LONGEST_SAID]


def next_try(result: Result) -> tuple[str, int]:
    """The state, and the pause before another try: twice as long after each failure, half of it by chance, so that many do
    not come back together."""
    settings = current_app.config["SETTINGS"]
    if result.outcome.state != "retry" or not result.outcome.is_attempt:
        return result.outcome.state, 0
    if result.tries > settings.PUSH_MAX_RETRIES:
        return "failed", 0
    pause = settings.PUSH_RETRY_DELAY * 2 ** (result.tries - 1)
    return "retry", round(pause / 2 + random.uniform(0, pause / 2))


def granted(answer: Answer) -> int | None:
    """Services may keep it for less long than they were asked to."""
    text = answer.headers.get("ttl", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def write_device(result: Result) -> None:
    """After a try that was not accepted."""
    outcome = result.outcome
    mine = update_devices(Subscription.id == result.device_id)
    if outcome.device:
        db.session.execute(mine.values(status=outcome.device, ended_at=now_ms()))
    elif outcome.is_error:
        first = sa.func.coalesce(Subscription.first_error_at, now_ms())
        db.session.execute(mine.values(errors=Subscription.errors + 1, first_error_at=first))
        db.session.execute(mine.where(IS_DEAD).values(status="gone", ended_at=now_ms()))


def update_devices(condition: sa.ColumnElement[bool]) -> sa.Update:
    those = sa.update(Subscription).where(condition, Subscription.status == "active")
    return those.execution_options(synchronize_session=False)


IS_DEAD = sa.or_(
    sa.and_(Subscription.errors >= FAILURES, Subscription.first_error_at < now_ms() - OVER_MS),
    sa.and_(Subscription.errors >= NEVER_ANY, Subscription.last_success_at.is_(None)),
)
