"""The agents' list: which conversations there are, who waits and how long, and what was said last."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.chat.access import Actor, at_desk
from app.chat.console.inbox_rows import Row, make_rows, selected, shopper_name
from app.chat.models import Room
from app.chat.models.room import LIVE
from app.core.database import db, read_now
from app.orders.models import Order

TABS = {"mine": "Mine", "waiting": "Waiting", "all": "All"}
SORTS = {"wait": "Longest wait", "new": "Newest"}
PAGE = 50
SHOWN = (*LIVE, "resolved", "abandoned")


@dataclass(frozen=True)
class InboxQuery:
    tab: str = "mine"
    sort: str = "wait"
    text: str = ""
    page: int = 1


@dataclass(frozen=True)
class Inbox:
    query: InboxQuery
    rows: list[Row]
    counts: dict[str, int]
    now: int
    has_more: bool


def read_inbox(actor: Actor, query: InboxQuery) -> Inbox:
    found = db.session.execute(
        selected()
        .where(at_desk(actor), in_tab(actor, query.tab), matches(query.text))
        .order_by(*ORDERS[query.sort])
        .offset((query.page - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    rows = make_rows(actor, found[:PAGE])
    return Inbox(query, rows, count_tabs(actor), read_now(), len(found) > PAGE)


def read_row(actor: Actor, room: Room) -> Row:
    """For a room that the caller has got through the door."""
    found = db.session.execute(selected().where(Room.id == room.id)).all()
    return make_rows(actor, found)[0]


def find_next(actor: Actor, after: str) -> str | None:
    """What to open once the room `after` is done: this agent's own that waits longest, else whoever waits in the queue."""
    for tab in ("mine", "waiting"):
        found = db.session.scalar(
            sa.select(Room.public_id)
            .where(at_desk(actor), in_tab(actor, tab), Room.public_id != after)
            .order_by(*ORDERS["wait"])
            .limit(1)
        )
        if found:
            return found
    return None


def in_tab(actor: Actor, tab: str) -> sa.ColumnElement[bool]:
    if tab == "mine":
        return (Room.assignee == actor.subject) & Room.status.in_(LIVE)
    if tab == "waiting":
        # A message that was left while nobody was there waits too.
        return (Room.status == "queued") | ((Room.status == "offline") & (Room.head_p > 0))
    return Room.status.in_(SHOWN) & (Room.head_p > 0)


def matches(text: str) -> sa.ColumnElement[bool]:
    if not text:
        return sa.true()
    columns = (shopper_name, Room.email, Room.subject, Order.number)
    return sa.or_(*(column.icontains(text, autoescape=True) for column in columns))


shopper_waits = (Room.status == "open") & (Room.last_shopper_at > sa.func.coalesce(Room.last_agent_at, 0))
waits_since = sa.case(
    (Room.status.in_(("queued", "assigned")), Room.queued_at),
    (shopper_waits | (Room.status == "offline"), Room.last_shopper_at),
)
last_said = sa.case(
    (sa.func.coalesce(Room.last_agent_at, 0) > sa.func.coalesce(Room.last_shopper_at, 0), Room.last_agent_at),
    else_=sa.func.coalesce(Room.last_shopper_at, Room.opened_at),
)
# Nulls come last on every database only when it is said so.
ORDERS = {
    "wait": (sa.case((waits_since.is_(None), 1), else_=0), waits_since, last_said.desc(), Room.id),
    "new": (last_said.desc(), Room.id.desc()),
}


def count_tabs(actor: Actor) -> dict[str, int]:
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((in_tab(actor, tab), 1), else_=0)), 0)
        for tab in ("mine", "waiting")
    ]
    mine, waiting = db.session.execute(sa.select(*sums).where(at_desk(actor), Room.status.in_(LIVE))).one()
    return {"mine": int(mine), "waiting": int(waiting)}


def count_waiting(actor: Actor) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(at_desk(actor), in_tab(actor, "waiting"))) or 0
