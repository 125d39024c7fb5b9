"""Living product cards: what was quoted stays, and beside it stands what is true now."""

from typing import Any

from app.chat import messages, queries
from app.chat.access import Actor
from app.chat.errors import ClientIdReused
from app.chat.lines import Draft
from app.chat.messages import Posted
from app.chat.models import QuotedCard, Room
from app.chat.shelf import goods
from app.chat.shelf.goods import Good
from app.core.database import db
from app.core.fragments import money
from app.inventory.errors import NotForSale

WORDS = {"in": "in stock", "low": "in stock", "out": "sold out", "back": "back soon"}


def quote_card(room: Room, actor: Actor, sku: str, client_id: str) -> Posted:
    """Send a card of a variant inside the running transaction; the same id again answers the card it made.

    Whoever calls has checked the right to post. Raises UnknownSku, NotForSale, and what messages.post_message raises.
    """
    queries.lock_room(room)
    if earlier := queries.find_message(room.id, actor.subject, client_id):
        if earlier.payload.get("sku") != sku:
            raise ClientIdReused()
        return Posted(earlier, duplicate=True)
    good = goods.get_good(sku)
    if not good.is_offered:
        raise NotForSale(f"{good.title} is not for sale", productId=sku)
    draft = Draft(client_id, describe(good), kind="card", payload=snapshot(good))
    posted = messages.post_message(room, actor, draft)
    told = tell(good.having(), good.price_minor)
    db.session.add(QuotedCard(message_id=posted.message.id, room_id=room.id, sku=sku, told=told, warned=told))
    db.session.flush()
    return posted


def snapshot(good: Good) -> dict[str, Any]:
    return {
        "sku": good.sku,
        "product": good.name,
        "variant": good.options,
        "path": good.path,
        "price_minor": good.price_minor,
        "status": good.badge.state,
    }


def describe(good: Good) -> str:
    """For whoever reads the thread without cards: a transcript, a program."""
    return f"{good.title}: {money(good.price_minor)}, {WORDS[good.badge.state]}"


def tell(having: str, price_minor: int) -> str:
    return f"{having} {price_minor}"
