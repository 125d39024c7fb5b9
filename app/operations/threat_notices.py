"""What admins are told of who is kept out: each client, or where there are many of them all in one."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.database import db, now_ms, read_now, run_transaction
from app.core.outbox import Announcement
from app.notifications import notify
from app.notifications.categories import Category, Words
from app.notifications.notify import Notice
from app.security.models import User
from app.security.threats import queries
from app.security.threats.models import SecurityEvent
from app.security.threats.signals import SIGNALS

AGAIN_MS = 10 * 60 * 1000
# So many within ten minutes are told as one: a crowd of attackers must not fill everybody's list.
CROWD = 5
ABOUT, ALL = "threat:", "threats"
URL = "/staff/security/events/{{ event }}"
ALL_URL = "/staff/security"
ONE = {
    "client": "203.0.113.7",
    "done": "blocked",
    "minutes": 15,
    "reason": "Sent an attack in an address",
    "event": "ab12",
}

WORDS = (
    Words(
        "threat_stopped",
        "{{ client | truncate(60) }} is {{ done }} for {{ minutes | plural('minute', 'minutes') }}",
        "{{ reason }}.",
        URL,
        ONE,
        ({"action": "open", "title": "See why", "url": URL},),
    ),
    Words(
        "threat_crowd",
        "{{ count }} clients were kept out within ten minutes",
        "The shop is under attack. Attackers get no further; look at who it is.",
        ALL_URL,
        {"count": 12},
        ({"action": "open", "title": "See who", "url": ALL_URL},),
    ),
)


def is_relevant(about: str, _: Mapping[str, object]) -> bool:
    """Nobody is woken for a client that was let in meanwhile."""
    return about == ALL or queries.is_in_force(about.removeprefix(ABOUT))


SECURITY = Category(
    name="security",
    title="Attacks on the shop",
    explanation="Somebody attacked the shop and is kept out or slowed for a while.",
    kind="staff",
    words=WORDS,
    urgency="high",
    lane="now",
    mail="fallback",
    mail_after_s=600,
    defaults=frozenset({"page", "push", "email"}),
    roles=("admin",),
    is_relevant=is_relevant,
)


def client_stopped(event: Announcement) -> None:
    run_transaction(lambda: tell(event.key))


def client_freed(event: Announcement) -> None:
    client = queries.get_event(event.key).client
    run_transaction(lambda: notify.withdraw(f"{ABOUT}{client}", category=SECURITY.name))


def tell(public_id: str) -> None:
    """Once for each event, and of one client at most once in ten minutes."""
    event = claim(public_id)
    if event is None:
        return
    lately = count_told()
    for subject in admins():
        notify.notify(make_crowd(subject, lately) if lately > CROWD else make_notice(subject, event))


def claim(public_id: str) -> SecurityEvent | None:
    """The event, if it is to be told; of two that ask at once one gets it."""
    event = queries.get_event(public_id)
    other = aliased(SecurityEvent)
    told_lately = sa.exists().where(other.client == event.client, other.told_at > now_ms() - AGAIN_MS)
    mine = sa.update(SecurityEvent).where(
        SecurityEvent.id == event.id, SecurityEvent.told_at.is_(None), ~told_lately
    )
    claimed = mine.values(told_at=now_ms()).returning(SecurityEvent.id)
    rows = db.session.execute(claimed.execution_options(synchronize_session=False)).all()
    return event if rows else None


def count_told() -> int:
    told = SecurityEvent.told_at > now_ms() - AGAIN_MS
    return db.session.scalar(sa.select(sa.func.count()).select_from(SecurityEvent).where(told)) or 0


def admins() -> list[str]:
    active = sa.select("user:" + User.public_id).where(User.role == "admin", User.disabled_at.is_(None))
    return list(db.session.scalars(active.order_by(User.id)))


def make_notice(subject: str, event: SecurityEvent) -> Notice:
    emails = queries.name_accounts([event.client])
    reason = next(iter(event.reasons), "")
    facts = {
        "client": emails.get(event.client, event.client),
        "done": event.kind,
        "minutes": round((event.until_at - event.at) / 60_000),
        "reason": SIGNALS[reason].text if reason in SIGNALS else "Reached the bar",
        "event": event.public_id,
    }
    return Notice(
        subject, "threat_stopped", f"threat:{event.public_id}:{subject}", facts, f"threat:{event.client}"
    )


def make_crowd(subject: str, lately: int) -> Notice:
    """One for each ten minutes, however many there are."""
    occasion = f"threats:{read_now() // AGAIN_MS}:{subject}"
    return Notice(subject, "threat_crowd", occasion, {"count": lately}, ALL)
