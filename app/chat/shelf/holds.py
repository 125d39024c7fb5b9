"""Units that an agent keeps for the shopper of a room, by the same reservations as everything that is held."""

from dataclasses import asdict, dataclass

import sqlalchemy as sa
from flask import current_app, has_request_context

from app.chat import messages, queries
from app.chat.access import Actor
from app.chat.errors import ClientIdReused, HoldOver, RoomClosed, TooManyChatHolds, UnknownHold
from app.chat.lines import Draft
from app.chat.messages import Posted
from app.chat.models import ChatHold, Room
from app.chat.models.shelf import new_hold_id
from app.chat.shelf import goods, hold_ends
from app.core import http
from app.core.database import db, now_ms, read_now, run_transaction
from app.core.errors import Forbidden, Invalid
from app.inventory import expiry, reservations
from app.inventory.errors import NotForSale
from app.inventory.ledger import Origin
from app.inventory.reservations import Party
from app.orders import carts
from app.security import audit
from app.security.models import User

MOST_MINUTES = 15
HOLDERS = ("agent", "admin")


@dataclass(frozen=True)
class Wish:
    """How many of what, and for how long."""

    sku: str
    quantity: int
    minutes: int

    def check(self) -> None:
        most = current_app.config["SETTINGS"].INVENTORY_MAX_PER_ORDER
        errors = []
        if not 1 <= self.quantity <= most:
            errors.append({"field": "quantity", "message": f"Between 1 and {most}"})
        if not 1 <= self.minutes <= MOST_MINUTES:
            errors.append({"field": "minutes", "message": f"Between 1 and {MOST_MINUTES} minutes"})
        if errors:
            raise Invalid(errors=errors)


def hold_units(room: Room, actor: Actor, sku: str, quantity: int, minutes: int, client_id: str) -> Posted:
    """Keep units for the room's shopper and tell both; the same id again answers what it did the first time.

    Not inside a transaction: it makes its own, after holds whose time is over have been ended. Whoever calls has checked the
    right to post. Raises Forbidden, Invalid, RoomClosed, NotForSale, InsufficientStock, TooManyChatHolds.
    """
    if actor.role not in HOLDERS:
        raise Forbidden("Only agents and admins keep units for a shopper")
    if actor.subject == room.owner:
        raise Forbidden("Nobody keeps units for themselves; put them into the cart")
    wish = Wish(sku, quantity, minutes)
    wish.check()
    messages.check_client_id(client_id)
    if earlier := find_earlier(room, actor, client_id, wish):
        return earlier
    party, wanted = Party(f"chat:{client_id}"), {sku: quantity}
    return expiry.with_room(
        party, wanted, lambda: run_transaction(lambda: keep(room, actor, wish, client_id))
    )


def find_earlier(room: Room, actor: Actor, client_id: str, wish: Wish) -> Posted | None:
    earlier = queries.find_message(room.id, actor.subject, client_id)
    if earlier is None:
        return None
    told = earlier.payload
    if (told.get("sku"), told.get("quantity"), told.get("minutes")) != (
        wish.sku,
        wish.quantity,
        wish.minutes,
    ):
        raise ClientIdReused()
    return Posted(earlier, duplicate=True)


def keep(room: Room, actor: Actor, wish: Wish, client_id: str) -> Posted:
    """The stock comes last, so that others who want it wait for as little as possible."""
    queries.lock_room(room)
    if earlier := find_earlier(room, actor, client_id, wish):
        return earlier
    if room.owner is None or not room.is_live:
        raise RoomClosed("This conversation is over; units are kept in one that is under way")
    check_limits(actor, wish.quantity)
    good = goods.get_good(wish.sku)
    if not good.is_offered:
        raise NotForSale(f"{good.title} is not for sale", productId=wish.sku)
    public_id = new_hold_id()
    posted = messages.post_message(room, actor, draft_of(public_id, wish, good.title, client_id))
    party, by = Party(f"chat:{public_id}", promised_to=room.owner), origin(actor, "Kept for a shopper")
    held = reservations.reserve(party, {wish.sku: wish.quantity}, wish.minutes * 60, by)
    kept = ChatHold(
        public_id=public_id,
        room_id=room.id,
        agent=actor.subject,
        sku=wish.sku,
        quantity=wish.quantity,
        message_id=posted.message.id,
        reservation_id=held.id,
        state="held",
        created_at=read_now(),
        expires_at=held.expires_at,
    )
    db.session.add(kept)
    record(actor, "chat_hold_made", kept)
    return posted


def draft_of(public_id: str, wish: Wish, title: str, client_id: str) -> Draft:
    said = f"{wish.quantity} × {title}: kept for you for {wish.minutes} min"
    payload = {"hold_id": public_id, **asdict(wish)}
    return Draft(client_id, said, kind="hold", payload=payload)


def check_limits(actor: Actor, quantity: int) -> None:
    """An agent who holds in two rooms at once waits here for the one to finish before the other is counted."""
    kind, _, public_id = actor.subject.partition(":")
    if kind == "user":
        db.session.execute(sa.select(User.id).where(User.public_id == public_id).with_for_update())
    settings = current_app.config["SETTINGS"]
    count, units = db.session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(ChatHold.quantity), 0)).where(
            ChatHold.agent == actor.subject, ChatHold.state == "held", ChatHold.expires_at > now_ms()
        )
    ).one()
    if count >= settings.CHAT_MAX_HOLDS_PER_AGENT:
        raise TooManyChatHolds(f"You have {count} holds open; release one, or wait until one ends")
    if units + quantity > settings.CHAT_MAX_HELD_UNITS_PER_AGENT:
        most = settings.CHAT_MAX_HELD_UNITS_PER_AGENT
        raise TooManyChatHolds(f"You keep {units} units already; at most {most} at once")


def get_hold(room: Room, public_id: str) -> ChatHold:
    """As the database has it now. Raises UnknownHold."""
    found = db.session.scalar(
        sa.select(ChatHold)
        .where(ChatHold.room_id == room.id, ChatHold.public_id == public_id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise UnknownHold()
    return found


def release_hold(room: Room, actor: Actor, public_id: str) -> ChatHold:
    """Give the units back before their time, inside the running transaction; for the shopper and for staff alike.

    Whoever calls has checked the right to post. Raises UnknownHold, HoldOver.
    """
    queries.lock_room(room)
    kept = get_hold(room, public_id)
    if not hold_ends.give_back(room, kept, origin(actor, "Released in the chat")):
        raise HoldOver(state=kept.state)
    if actor.is_staff:
        record(actor, "chat_hold_released", kept)
    return kept


def put_in_cart(room: Room, actor: Actor, public_id: str) -> int:
    """Have what is kept in the shopper's cart, inside the running transaction; how many came in.

    The checkout takes the units over. Raises Forbidden, UnknownHold, HoldOver, and what carts.add_to_cart raises.
    """
    if actor.subject != room.owner:
        raise Forbidden("Only the shopper can put it into the cart")
    kept = get_hold(room, public_id)
    if kept.state != "held" or kept.expires_at <= read_now():
        raise HoldOver(state="expired" if kept.state == "held" else kept.state)
    return carts.fill_up(actor.subject, kept.sku, kept.quantity)


def origin(actor: Actor, reason: str) -> Origin:
    return Origin(actor.subject, reason, request_id=http.request_id() if has_request_context() else "")


def record(actor: Actor, action: str, kept: ChatHold) -> None:
    about = {"room": kept.room_id, "sku": kept.sku, "quantity": kept.quantity}
    audit.record(action, f"hold:{kept.reservation_id}", actor=actor.subject, role=actor.role, after=about)
