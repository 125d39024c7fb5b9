"""/api/realtime/chat/rooms/<id>: living product cards, and units that are kept for the shopper."""

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from app.chat import limits
from app.chat.access import current_actor, get_room_for
from app.chat.api.refusals import ASKED
from app.chat.api.told import posted_out
from app.chat.errors import ClientIdReused, HoldOver, RoomClosed, TooManyChatHolds, UnknownHold, UnknownRoom
from app.chat.schemas import CardIn, HoldOut, KeepIn, Posted
from app.chat.shelf import holds, quotes
from app.core.clock import from_ms
from app.core.database import run_transaction
from app.core.errors import Forbidden, Unauthenticated
from app.core.http import read_json
from app.core.openapi import Operation, describes
from app.inventory.errors import InsufficientStock, NotForSale, UnknownSku
from app.security.errors import TooManyRequests
from app.security.limits import API_WRITE, limiter

STORED = ((201, "Stored"), (200, "It was stored before"))
SAID = (UnknownRoom, Forbidden, ClientIdReused, RoomClosed, UnknownSku, NotForSale)

bp = Blueprint("chat_shelf_api", __name__, url_prefix="/api/realtime/chat/rooms/<room_id>")


@bp.post("/cards")
@limits.messages
@describes(
    Operation(
        "Show the room a product as it is now, and from then on what has become of it",
        Posted,
        takes=CardIn,
        errors=(*ASKED, *SAID),
        statuses=STORED,
    )
)
def post_card(room_id: str) -> tuple[Response, int]:
    actor, wanted = current_actor(), read_json(CardIn)
    room = get_room_for(actor, room_id, "notes")
    return posted_out(
        room, run_transaction(lambda: quotes.quote_card(room, actor, wanted.sku, wanted.clientId))
    )


@bp.post("/holds")
@limits.messages
@describes(
    Operation(
        "Keep units for the shopper of a conversation; agents and admins only",
        Posted,
        takes=KeepIn,
        errors=(*ASKED, *SAID, InsufficientStock, TooManyChatHolds),
        statuses=STORED,
    )
)
def post_hold(room_id: str) -> tuple[Response, int]:
    actor, wanted = current_actor(), read_json(KeepIn)
    room = get_room_for(actor, room_id, "notes")
    posted = holds.hold_units(room, actor, wanted.sku, wanted.quantity, wanted.minutes, wanted.clientId)
    return posted_out(room, posted)


@bp.delete("/holds/<hold_id>")
@limiter.limit(API_WRITE)
@describes(
    Operation(
        "Give back what is kept, for the shopper and for the staff",
        HoldOut,
        errors=(Unauthenticated, TooManyRequests, UnknownRoom, Forbidden, UnknownHold, HoldOver),
    )
)
def delete_hold(room_id: str, hold_id: str) -> Response:
    actor = current_actor()
    room = get_room_for(actor, room_id, "post")
    kept = run_transaction(lambda: holds.release_hold(room, actor, hold_id))
    answer = HoldOut(
        id=kept.public_id,
        sku=kept.sku,
        quantity=kept.quantity,
        state=kept.state,  # type: ignore[arg-type]  # the table's CHECK knows the same four
        expiresAt=from_ms(kept.expires_at),
    )
    return jsonify(answer.model_dump(mode="json"))
