"""Whose browsers take pushes: one endpoint has one owner, and everybody has so many browsers at most."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import IntegrityError

from app.core.database import db, now_ms, read_now, run_transaction
from app.core.errors import DomainError, Invalid, NotFound
from app.notifications.devices.endpoints import Endpoint, check_endpoint
from app.notifications.keys import pairs, vapid
from app.notifications.models import Subscription, VapidKey

AUTH_BYTES = 16
DAY_MS = 24 * 3600_000
# Two who take the same slot at once: the second finds the next one free.
TRIES = 25

ACTIVE = Subscription.status == "active"


class SubscriptionLimit(DomainError):
    """`devices` are those that are there, least recently seen first."""

    code, kind, title = (
        "subscription_limit",
        "conflict",
        "You have as many devices as one account may; remove one of them, or let this one take its place",
    )


class KeyOutdated(DomainError):
    code, kind, title = (
        "push_key_outdated",
        "conflict",
        "The shop has another push key by now; reload the page and switch notifications on again",
    )


@dataclass(frozen=True)
class Offered:
    """What a browser says of itself. `expires_at` is its own end of it in epoch ms, if it knows one."""

    endpoint: str
    p256dh: str
    auth: str
    application_key: str
    language: str = "en"
    zone: str = "UTC"
    label: str = ""
    expires_at: int | None = None


def subscribe(
    subject: str, session_key: str, offered: Offered, *, replaces_oldest: bool = False
) -> Subscription:
    """Have this browser take the subject's pushes, or go on doing so; it belongs to nobody else from then on.

    Not inside a transaction: of many at once some find their slot taken, and try the next. Raises BlockedEndpoint, Invalid
    for keys that cannot be, KeyOutdated, SubscriptionLimit.
    """
    endpoint = check_endpoint(offered.endpoint)
    check_crypto(offered)
    return keep_trying(subject, lambda: put(subject, session_key, offered, endpoint, replaces_oldest))


def keep_trying(subject: str, act: Callable[[], Subscription]) -> Subscription:
    for _ in range(TRIES):
        try:
            return run_transaction(act)
        except IntegrityError:
            db.session.rollback()
    raise refusal(subject)


def check_crypto(offered: Offered) -> None:
    """Here and not when something is sent: one bad key would fail there for ever. Raises Invalid."""
    errors = []
    try:
        pairs.read_public(offered.p256dh)
    except ValueError as error:
        errors.append({"field": "keys.p256dh", "message": f"Not a public key: {error}"})
    try:
        length = len(pairs.decode(offered.auth))
    except ValueError:
        length = 0
    if length != AUTH_BYTES:
        errors.append({"field": "keys.auth", "message": f"{AUTH_BYTES} bytes as base64url"})
    if errors:
        raise Invalid(errors=errors)


def put(
    subject: str, session_key: str, offered: Offered, endpoint: Endpoint, replaces_oldest: bool
) -> Subscription:
    key = key_of(offered)
    held = find_by_endpoint(endpoint)
    if held and held.subject != subject:
        end(held, "replaced")
        held = None
    if held is None:
        slot = find_slot(subject, replaces_oldest)
        held = Subscription(subject=subject, slot=slot, created_at=read_now())
    held.session_key = session_key
    fill(held, offered, endpoint, key)
    return held


def key_of(offered: Offered) -> VapidKey:
    """Raises KeyOutdated: what was made with another key could not be sent to."""
    key = vapid.active_key()
    if offered.application_key.rstrip("=") != key.public:
        raise KeyOutdated()
    return key


def find_by_endpoint(endpoint: Endpoint) -> Subscription | None:
    return db.session.scalar(
        sa.select(Subscription).where(Subscription.endpoint_hash == endpoint.hash, ACTIVE).with_for_update()
    )


def fill(held: Subscription, offered: Offered, endpoint: Endpoint, key: VapidKey) -> None:
    held.endpoint, held.endpoint_hash, held.origin = endpoint.url, endpoint.hash, endpoint.origin
    held.key_id, held.p256dh, held.auth = key.id, offered.p256dh, offered.auth
    held.language, held.zone, held.label = offered.language[:12], offered.zone[:60], offered.label[:80]
    touch(held, read_now(), offered.expires_at)
    db.session.add(held)
    db.session.flush()


def touch(held: Subscription, now: int, browser_end: int | None) -> None:
    """Each visit puts the end off again; a browser that names one itself is believed when it is earlier."""
    days: int = current_app.config["SETTINGS"].PUSH_SUBSCRIPTION_EXPIRY_DAYS
    sliding = now + days * DAY_MS
    held.seen_at = now
    held.expires_at = min(sliding, browser_end) if browser_end and browser_end > now else sliding


def find_slot(subject: str, replaces_oldest: bool) -> int:
    """The lowest that is free. Raises SubscriptionLimit."""
    most: int = current_app.config["SETTINGS"].PUSH_MAX_SUBSCRIPTIONS_PER_USER
    mine = list_devices(subject)
    if len(mine) >= most:
        if not replaces_oldest:
            raise refusal(subject)
        oldest = min(mine, key=lambda each: (each.seen_at, each.id))
        end(oldest, "replaced")
        db.session.flush()
        return oldest.slot
    taken = {each.slot for each in mine}
    return next(slot for slot in range(1, most + 1) if slot not in taken)


def refusal(subject: str) -> SubscriptionLimit:
    devices = sorted(list_devices(subject), key=lambda each: each.seen_at)
    return SubscriptionLimit(
        devices=[{"id": each.public_id, "label": each.label, "seenAt": each.seen_at} for each in devices]
    )


def list_devices(subject: str) -> Sequence[Subscription]:
    """Those that take pushes now, in the order of their slots."""
    mine = sa.select(Subscription).where(Subscription.subject == subject, ACTIVE)
    return db.session.scalars(mine.order_by(Subscription.slot)).all()


def get_device(subject: str, public_id: str) -> Subscription:
    """One of the subject's own, also when it is off. Raises NotFound."""
    held = db.session.scalar(
        sa.select(Subscription).where(Subscription.subject == subject, Subscription.public_id == public_id)
    )
    if held is None:
        raise NotFound("There is no such device")
    return held


def unsubscribe(subject: str, public_id: str) -> None:
    """Inside the running transaction; a device that is off already stays off. Raises NotFound for one of somebody else."""
    held = get_device(subject, public_id)
    if held.status == "active":
        end(held, "unsubscribed")


def end(held: Subscription, status: str) -> None:
    held.status, held.ended_at = status, read_now()


def end_of_session(session_key: str) -> int:
    """Whoever signs out takes no more pushes on that browser: the next person at it must not read them."""
    return end_where(Subscription.session_key == session_key)


def end_of_subject(subject: str) -> int:
    """Every one of an account, also of programs and of guests who became it: none of them may know what it is told now."""
    return end_where(Subscription.subject == subject)


def end_where(condition: sa.ColumnElement[bool]) -> int:
    def end_all() -> int:
        ended = db.session.execute(
            sa.update(Subscription)
            .where(condition, ACTIVE)
            .values(status="unsubscribed", ended_at=now_ms())
            .execution_options(synchronize_session=False)
        )
        return int(ended.rowcount)  # type: ignore[attr-defined]

    return run_transaction(end_all)
