"""What is kept for a shopper, as a page with its buttons; and a question about a product, asked from its page."""

from collections.abc import Callable

from flask import Blueprint, current_app, flash, jsonify, make_response, render_template
from werkzeug.wrappers import Response

from app.chat import limits, queries, rooms
from app.chat.access import Actor, current_actor, get_room_for
from app.chat.desk import standing
from app.chat.errors import UnknownHold
from app.chat.forms.shelf import CardForm
from app.chat.models import ChatHold, Room
from app.chat.rooms import Opening
from app.chat.shelf import displays, goods, quotes
from app.chat.shelf import holds as chat_holds
from app.core.clock import from_ms
from app.core.database import db, run_transaction
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import OnceForm
from app.core.http import see_other, wants_json
from app.orders.queries import find_name
from app.security.limits import RESERVE, limiter

bp = Blueprint("chat_held", __name__, url_prefix="/chat")

Act = Callable[[Room, Actor], tuple[str, str]]


@bp.get("/rooms/<room_id>/holds/<hold_id>")
def show_hold(room_id: str, hold_id: str) -> Response:
    actor = current_actor()
    return hold_page(get_room_for(actor, room_id, "post"), actor, hold_id)


@bp.post("/rooms/<room_id>/holds/<hold_id>/cart")
@limiter.limit(RESERVE)
def post_cart(room_id: str, hold_id: str) -> Response:
    """The cart holds nothing itself, so it says until when these are kept."""

    def put(room: Room, actor: Actor) -> tuple[str, str]:
        added = run_transaction(lambda: chat_holds.put_in_cart(room, actor, hold_id))
        kept = chat_holds.get_hold(room, hold_id)
        until = current_app.jinja_env.filters["clock"](from_ms(kept.expires_at))
        where = "in your cart" if added else "in your cart already"
        return f"{kept.quantity} × {find_name(kept.sku)}: {where}. Go to checkout by {until}.", "/cart"

    return act_on(room_id, hold_id, put)


@bp.post("/rooms/<room_id>/holds/<hold_id>/release")
def post_release(room_id: str, hold_id: str) -> Response:
    def release(room: Room, actor: Actor) -> tuple[str, str]:
        run_transaction(lambda: chat_holds.release_hold(room, actor, hold_id))
        return "Released.", path_of(room, actor)

    return act_on(room_id, hold_id, release)


@bp.post("/cards")
@limits.messages
def post_card() -> Response:
    """In the conversation that is going on, or a new one. Where nobody would answer a guest, a form asks for an address."""
    form, actor = CardForm(), current_actor()
    sku, key = form.sku.data or "", form.key.data or ""
    if not form.validate_on_submit():
        return see_other("/support")
    if queries.find_live_room(actor.subject) is None:
        if actor.role == "guest" and not standing.is_staffed():
            return see_other("/support")
        count_new_room()
    room = run_transaction(lambda: ask_about(actor, sku, key))
    return see_other(f"/support/{room.public_id}#latest")


@limits.new_rooms
@limits.new_rooms_of_address
def count_new_room() -> None:
    """Raises RateLimitExceeded for who begins too many."""


def ask_about(actor: Actor, sku: str, key: str) -> Room:
    room = rooms.open_desk_room(actor, Opening(page=goods.get_good(sku).path))
    quotes.quote_card(room, actor, sku, key)
    return room


def act_on(room_id: str, hold_id: str, act: Act) -> Response:
    """A script gets what to say and where to go; a plain form goes there."""
    actor = current_actor()
    room = get_room_for(actor, room_id, "post")
    try:
        said, path = act(room, actor)
    except DomainError as error:
        if wants_json():
            raise
        db.session.rollback()
        return hold_page(room, actor, hold_id, error=error.detail, status=STATUS[error.kind])
    if wants_json():
        return jsonify(said=said, path=path)
    flash(said, "success")
    return see_other(path)


def hold_page(room: Room, actor: Actor, hold_id: str, *, error: str = "", status: int = 200) -> Response:
    found = displays.find_holds((ChatHold.room_id == room.id) & (ChatHold.public_id == hold_id))
    if not found:
        raise UnknownHold()
    ((hold, left),) = found
    display = displays.make_hold(hold, goods.get_good(hold.sku), left)
    page = render_template(
        "chat/held.html",
        room=room,
        hold=display,
        is_mine=actor.subject == room.owner,
        back=path_of(room, actor),
        form=OnceForm(formdata=None),
        error=error,
    )
    return make_response(page, status)


def path_of(room: Room, actor: Actor) -> str:
    """The conversation, where this one sees it."""
    is_shopper = actor.subject == room.owner
    return f"/support/{room.public_id}" if is_shopper else f"/staff/chat/rooms/{room.public_id}"
