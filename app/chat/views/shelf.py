"""The shelf beside a conversation: a part of the console's pane, and a page of its own for whoever has no script."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, request
from werkzeug.wrappers import Response

from app.chat.access import Actor, current_actor, get_room_for
from app.chat.forms.shelf import CardForm, KeepForm
from app.chat.models import Room
from app.chat.shelf import holds as chat_holds
from app.chat.shelf import panel as shelf
from app.chat.shelf import quotes, stale
from app.core.database import db, run_transaction
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import OnceForm, new_key
from app.core.http import fresh, is_fragment_request, see_other
from app.security.access import role_required

PATH = "/staff/chat/rooms"

bp = Blueprint("chat_shelf", __name__, url_prefix=PATH)


@bp.get("/<room_id>/shelf")
@role_required("agent", "staff")
def show_shelf(room_id: str) -> Response:
    """With `q` what the shop's search finds."""
    return shelf_answer(get_own(room_id))


@bp.get("/<room_id>/warnings")
@role_required("agent", "staff")
def show_warnings(room_id: str) -> Response:
    """What stands above the box that the agent writes in; nothing while every answer is still true."""
    room = get_own(room_id)
    return fresh(render_template("chat/_warnings.html", room=room, warnings=stale.list_warnings(room)))


@bp.post("/<room_id>/cards")
@role_required("agent", "staff")
def post_card(room_id: str) -> Response:
    form = CardForm()

    def send(room: Room, actor: Actor) -> str:
        sku, key = form.sku.data or "", form.key.data or ""
        run_transaction(lambda: quotes.quote_card(room, actor, sku, key))
        return "The card is sent."

    return submit(room_id, form, send)


@bp.post("/<room_id>/holds")
@role_required("agent")
def post_hold(room_id: str) -> Response:
    form = KeepForm()

    def keep(room: Room, actor: Actor) -> str:
        units, minutes = form.quantity.data or 0, form.minutes.data or 0
        sku, key = form.sku.data or "", form.key.data or ""
        chat_holds.hold_units(room, actor, sku, units, minutes, key)
        return f"Kept for {minutes} min. The shopper sees it in the conversation."

    return submit(room_id, form, keep)


@bp.post("/<room_id>/holds/<hold_id>/release")
@role_required("agent")
def post_release(room_id: str, hold_id: str) -> Response:
    def release(room: Room, actor: Actor) -> str:
        run_transaction(lambda: chat_holds.release_hold(room, actor, hold_id))
        return "Released: it is free for everybody again."

    return submit(room_id, OnceForm(), release)


def submit(room_id: str, form: OnceForm, act: Callable[[Room, Actor], str]) -> Response:
    """Every one of them takes effect once by itself, so a form sent twice says the same twice."""
    actor = current_actor()
    room = get_room_for(actor, room_id, "post")
    if not form.validate_on_submit():
        return refused(room, next(str(errors[0]) for errors in form.errors.values()))
    try:
        said = act(room, actor)
    except DomainError as error:
        db.session.rollback()
        mistakes = error.facts.get("errors") or [{"message": error.detail}]
        return refused(room, str(mistakes[0]["message"]), STATUS[error.kind])
    if is_fragment_request():
        return shelf_answer(room, said=said)
    flash(said, "success")
    return see_other(f"{PATH}/{room_id}/shelf")


def refused(room: Room, text: str, status: int = 422) -> Response:
    return shelf_answer(room, status, error=text)


def shelf_answer(room: Room, status: int = 200, *, said: str = "", error: str = "") -> Response:
    actor = current_actor()
    context: dict[str, Any] = {
        "room": room,
        "shelf": shelf.read_shelf(room, request.values.get("q", "")),
        "may_hold": actor.role in chat_holds.HOLDERS and room.owner is not None and room.is_live,
        "most_minutes": chat_holds.MOST_MINUTES,
        "new_key": new_key,
        "said": said,
        "error": error,
    }
    template = "chat/_shelf.html" if is_fragment_request() else "chat/shelf.html"
    return fresh(render_template(template, **context), status)


def get_own(room_id: str) -> Room:
    return get_room_for(current_actor(), room_id, "notes")
