"""What staff are told of what runs out: each alert, or where there are many of them all in one."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from app.core.database import db, now_ms, run_transaction
from app.core.outbox import Announcement
from app.inventory import alert_queries
from app.inventory.alert_inbox import AlertRow
from app.inventory.alert_queries import WAITING, alert, variant
from app.notifications import notify
from app.notifications.categories import Category, Words
from app.notifications.notify import Notice

# So many within a quarter of an hour are told as one.
CROWD = 5
CROWD_MS = 15 * 60 * 1000
MOST_NAMED = 6
ALL = "alerts"
URL = "/staff/inventory/alerts"
ONE = {"sku": "CUP-CHALK", "product": "Harbour cup", "left": 3}
OPEN = ({"action": "open", "title": "See the alerts", "url": URL},)

WORDS = (
    Words(
        "stock_low",
        "{{ sku }} is running low",
        "{{ product | truncate(60) }}: {{ left }} left.",
        URL,
        ONE,
        OPEN,
    ),
    Words(
        "stock_out", "{{ sku }} is out of stock", "{{ product | truncate(60) }} has run out.", URL, ONE, OPEN
    ),
    Words(
        "stock_crowd",
        "{{ count }} SKUs are running out",
        "Among them {{ skus }}.",
        URL,
        {"count": 7, "skus": "CUP-CHALK, VASE-SEA"},
        OPEN,
    ),
)


def is_crowd() -> bool:
    """Whether so many were told of lately that the next ones wait until they are told of as one."""
    told = alert.c.notified_at > now_ms() - CROWD_MS
    return count(told) >= CROWD


def count(condition: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(alert).where(condition)) or 0


def count_lately() -> int:
    """How many began to run out within the time of a crowd and still wait."""
    return count(sa.and_(WAITING, alert.c.opened_at > now_ms() - CROWD_MS))


def tell(subject: str, rows: Sequence[AlertRow], lately: int) -> bool:
    """Tell one of the staff, inside the transaction that claims these alerts. True when nothing is left to mail.

    `rows` are the first ones; of a crowd of `lately` one notice speaks, in the place of those that were told before.
    """
    if lately < CROWD:
        return notify.notify_before_mail([make_notice(subject, row) for row in rows])
    notify.withdraw(None, subject, category=STAFF_LOW_STOCK.name)
    return notify.notify_before_mail([make_crowd(subject, rows, lately)])


def make_crowd(subject: str, rows: Sequence[AlertRow], lately: int) -> Notice:
    facts = {"count": lately, "skus": ", ".join(row.sku for row in rows[:MOST_NAMED])}
    newest = max(row.id for row in rows)
    return Notice(subject, "stock_crowd", f"alerts:{newest}:{subject}", facts, ALL)


def make_notice(subject: str, row: AlertRow) -> Notice:
    facts = {"sku": row.sku, "product": row.product, "left": max(row.left, 0)}
    occasion = f"alert:{row.id}:{subject}"
    return Notice(subject, f"stock_{row.kind}", occasion, facts, f"sku:{row.sku}")


def alert_changed(event: Announcement) -> None:
    """Resolved, or somebody takes care of it: nobody needs to be told any more."""
    row = alert_queries.get_alert(int(event.key))
    if row is not None and (row.resolved_at is not None or row.acknowledged_at is not None):
        run_transaction(lambda: settle(row.sku))


def settle(sku: str) -> None:
    if not is_waiting(sku):
        notify.withdraw(f"sku:{sku}", category=STAFF_LOW_STOCK.name)
    if not count(WAITING):
        notify.withdraw(ALL, category=STAFF_LOW_STOCK.name)


def is_waiting(sku: str) -> bool:
    of_sku = sa.select(variant.c.id).where(variant.c.sku == sku)
    return count(sa.and_(WAITING, alert.c.variant_id.in_(of_sku))) > 0


def is_relevant(about: str, _: Mapping[str, object]) -> bool:
    return count(WAITING) > 0 if about == ALL else is_waiting(about.removeprefix("sku:"))


STAFF_LOW_STOCK = Category(
    name="staff_low_stock",
    title="Stock that runs out",
    explanation="When a SKU falls to its threshold or runs out; many at once come as one.",
    kind="staff",
    words=WORDS,
    urgency="high",
    ttl_s=4 * 3600,
    lane="soon",
    mail="fallback",
    mail_after_s=30 * 60,
    defaults=frozenset({"page", "push", "email"}),
    roles=("staff", "admin"),
    is_relevant=is_relevant,
)
