"""Texts that agents send again and again, with what they leave open: filled in on the server when they are sent."""

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import IntegrityError

from app.chat import messages, queries, text
from app.chat.access import Actor, current_actor
from app.chat.accounts import find_account
from app.chat.errors import CannedTaken, ClientIdReused, UnknownCanned, Unresolved
from app.chat.lines import Draft
from app.chat.messages import Posted
from app.chat.models import CannedReply, Room
from app.chat.shelf import goods, order_lines
from app.core.database import db, read_now
from app.core.errors import Invalid
from app.core.fragments import money
from app.inventory.errors import UnknownSku
from app.inventory.stock import StockBadge
from app.orders import queries as orders
from app.security import audit

SHORTCUT = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
VARIABLE = re.compile(r"\{\{\s*([a-z]+)(?::\s*([^\s{}]+))?\s*\}\}")
LONGEST = 1000

Value = Callable[[Room, Actor, str], str]
Facts = dict[str, Any] | None


def list_canned() -> Sequence[CannedReply]:
    return db.session.scalars(sa.select(CannedReply).order_by(CannedReply.shortcut)).all()


def get_canned(canned_id: int) -> CannedReply:
    """Raises UnknownCanned."""
    found = db.session.get(CannedReply, canned_id)
    if found is None:
        raise UnknownCanned()
    return found


def add_canned(shortcut: str, body: str, actor: Actor) -> CannedReply:
    """Inside the running transaction. Raises Invalid, CannedTaken."""
    return save(CannedReply(), shortcut, body, actor)


def change_canned(canned_id: int, shortcut: str, body: str, actor: Actor) -> CannedReply:
    """As `add_canned`. Raises UnknownCanned too."""
    return save(get_canned(canned_id), shortcut, body, actor)


def delete_canned(canned_id: int, actor: Actor) -> None:
    """Inside the running transaction. What somebody else has deleted already is gone just as well."""
    gone = sa.delete(CannedReply).where(CannedReply.id == canned_id).returning(CannedReply.shortcut)
    if shortcut := db.session.scalar(gone):
        record("chat_reply_deleted", canned_id, actor, {"shortcut": shortcut}, None)


def save(reply: CannedReply, shortcut: str, body: str, actor: Actor) -> CannedReply:
    shortcut = shortcut.strip().removeprefix("/").casefold()
    if not SHORTCUT.fullmatch(shortcut):
        problem = "Small letters, digits and dashes, 40 at most"
        raise Invalid(errors=[{"field": "shortcut", "message": problem}])
    body = text.check_message(body, LONGEST)
    check_variables(body)
    reply.shortcut, reply.body = shortcut, body
    reply.changed_by, reply.changed_at = actor.subject, read_now()
    try:
        with db.session.begin_nested():
            db.session.add(reply)
    except IntegrityError:
        raise CannedTaken(f"/{shortcut} is taken already") from None
    record("chat_reply_saved", reply.id, actor, None, {"shortcut": shortcut})
    return reply


def record(action: str, canned_id: int, actor: Actor, before: Facts, after: Facts) -> None:
    named, by, role = f"chat_reply:{canned_id}", actor.subject, actor.role
    audit.record(action, named, actor=by, role=role, before=before, after=after)


def check_variables(body: str) -> None:
    """A misspelt one is found when it is written, not when a shopper waits. Raises Invalid."""
    wrong = [found for found in list_variables(body) if not is_known(found)]
    if wrong:
        raise Invalid(errors=[{"field": "body", "message": f"{wrong[0]} is not known"}])


def list_variables(body: str) -> list[str]:
    return re.findall(r"\{\{.*?(?:\}\}|$)", body, re.DOTALL)


def is_known(variable: str) -> bool:
    found = VARIABLE.fullmatch(variable)
    return found is not None and found[1] in VALUES and bool(found[2]) == (found[1] in OF_SKU)


def fill_in(room: Room, body: str, actor: Actor | None = None) -> str:
    """The text with every variable as it is now; `actor` is who sends it, by default the caller.

    Raises Unresolved, which names those that have no value here.
    """
    sender = actor or current_actor()
    missing: list[str] = []

    def value(found: re.Match[str]) -> str:
        resolve = VALUES.get(found[1]) if is_known(found[0]) else None
        told = resolve(room, sender, found[2] or "") if resolve else ""
        if not told:
            missing.append(found[0])
        return told

    filled = VARIABLE.sub(value, body)
    missing += [each for each in list_variables(body) if not VARIABLE.fullmatch(each)]
    if missing:
        raise Unresolved(f"{', '.join(dict.fromkeys(missing))} has no value here", variables=missing)
    return filled


def post_reply(room: Room, actor: Actor, draft: Draft) -> Posted:
    """What an agent sends from the console, filled in. Sent again it is what it was, though the shelf may have moved.

    Inside the running transaction. Raises Unresolved, and what messages.post_message raises.
    """
    queries.lock_room(room)
    typed = hashlib.sha256(draft.body.encode()).hexdigest()[:16]
    if earlier := queries.find_message(room.id, actor.subject, draft.client_id):
        if earlier.payload.get("typed") != typed:
            raise ClientIdReused()
        return Posted(earlier, duplicate=True)
    filled = fill_in(room, draft.body, actor)
    reply = Draft(draft.client_id, filled, draft.stream, draft.kind, {**draft.payload, "typed": typed})
    return messages.post_message(room, actor, reply)


def has_variables(room: Room, actor: Actor, draft: Draft) -> bool:
    """Whether this is for `post_reply`: what shoppers type is left as it is."""
    return room.is_desk and actor.is_staff and actor.subject != room.owner and "{{" in draft.body


def name_stock(room: Room, actor: Actor, sku: str) -> str:
    good = find_good(sku)
    if good is None:
        return ""
    return say_stock(good.badge) if good.is_offered else "no longer for sale"


def say_stock(badge: StockBadge) -> str:
    """As much as everybody may see."""
    if badge.state == "low":
        return f"only {badge.left} left"
    if badge.state == "back" and badge.back_on:
        return f"back on {current_app.jinja_env.filters['day'](badge.back_on)}"
    return "in stock" if badge.state == "in" else "sold out"


def name_price(room: Room, actor: Actor, sku: str) -> str:
    good = find_good(sku)
    return money(good.price_minor) if good and good.is_offered else ""


def find_good(sku: str) -> goods.Good | None:
    try:
        return goods.get_good(sku)
    except UnknownSku:
        return None


def name_shopper(room: Room, actor: Actor, _: str) -> str:
    """What they call themselves, or their account does."""
    account = None if room.name else find_account(room.owner or "")
    return account.name if account else room.name


def name_order(room: Room, actor: Actor, _: str) -> str:
    latest = orders.find_latest(room.owner) if room.owner else None
    if latest is None:
        return ""
    words = order_lines.words_of(latest).get(latest.status, latest.status.replace("_", " "))
    return f"{latest.number} ({words.partition(';')[0]})"


def name_agent(room: Room, actor: Actor, _: str) -> str:
    return actor.name


VALUES: dict[str, Value] = {
    "stock": name_stock,
    "price": name_price,
    "name": name_shopper,
    "order": name_order,
    "agent": name_agent,
}
OF_SKU = ("stock", "price")
