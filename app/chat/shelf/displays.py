"""What cards and holds in a thread show: what was said of the goods then, and how they are now."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.chat.models import ChatHold, Message
from app.chat.shelf import goods
from app.chat.shelf.goods import Good
from app.core.database import db, now_ms


@dataclass(frozen=True)
class CardDisplay:
    """A product in the thread. `correction` says what has changed since it was quoted: out, back, gone or price."""

    good: Good
    quoted_minor: int
    correction: str
    was_minor: int

    @property
    def is_repriced(self) -> bool:
        return self.quoted_minor != self.good.price_minor


@dataclass(frozen=True)
class HoldDisplay:
    """Units that are kept for the room's shopper. `left_ms` is by the database's clock, and 0 once they are not."""

    public_id: str
    good: Good
    quantity: int
    state: str
    expires_at: int
    left_ms: int

    @property
    def is_open(self) -> bool:
        return self.state == "held"


@dataclass(frozen=True)
class Displays:
    """By the message that they are in."""

    cards: dict[int, CardDisplay]
    holds: dict[int, HoldDisplay]


def find_displays(messages: Sequence[Message]) -> Displays:
    """As many statements for a page of messages as for one, and none when there is no card and no hold among them."""
    quoted = [message for message in messages if message.kind == "card" and "sku" in message.payload]
    held = {message.id for message in messages if message.kind == "hold" and message.redacted_at is None}
    holds = find_holds(ChatHold.message_id.in_(held)) if held else []
    skus = {message.payload["sku"] for message in quoted} | {hold.sku for hold, _ in holds}
    found = goods.find_goods(skus)
    return Displays(
        {
            message.id: make_card(message, found[message.payload["sku"]])
            for message in quoted
            if message.payload["sku"] in found
        },
        {
            hold.message_id: make_hold(hold, found[hold.sku], left)
            for hold, left in holds
            if hold.sku in found
        },
    )


def list_open_holds(room_id: int) -> list[HoldDisplay]:
    """What is kept for the shopper of a room, in the order it was."""
    holds = find_holds(sa.and_(ChatHold.room_id == room_id, ChatHold.state == "held"))
    found = goods.find_goods({hold.sku for hold, _ in holds})
    displays = [make_hold(hold, found[hold.sku], left) for hold, left in holds]
    return [display for display in displays if display.is_open]


def find_holds(which: sa.ColumnElement[bool]) -> list[tuple[ChatHold, int]]:
    """Each with the milliseconds that are left of it."""
    rows = db.session.execute(
        sa.select(ChatHold, ChatHold.expires_at - now_ms())
        .where(which)
        .order_by(ChatHold.id)
        .execution_options(populate_existing=True)
    )
    return [(hold, int(left)) for hold, left in rows]


def make_card(message: Message, good: Good) -> CardDisplay:
    told = message.payload
    return CardDisplay(good, told["price_minor"], told.get("correction", ""), told.get("was_minor", 0))


def make_hold(hold: ChatHold, good: Good, left_ms: int) -> HoldDisplay:
    """One whose time is over has ended, whether the clock has met it or not."""
    is_over = hold.state == "held" and left_ms <= 0
    state = "expired" if is_over else hold.state
    left = left_ms if state == "held" else 0
    return HoldDisplay(hold.public_id, good, hold.quantity, state, hold.expires_at, left)
