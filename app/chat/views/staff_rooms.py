"""Groups and the staff's own rooms: a list, and a page for each."""

from collections.abc import Callable

from flask import Blueprint, flash, render_template, request
from flask_limiter import RateLimitExceeded
from werkzeug.wrappers import Response

from app.chat import bubbles, limits, messages, queries, rooms, threads
from app.chat.access import Actor, Right, current_actor, rights_of
from app.chat.console import member_rooms
from app.chat.forms.console import InviteForm, NewRoomForm
from app.chat.lines import Draft
from app.chat.models import Room
from app.core.database import db, run_transaction
from app.core.errors import DomainError
from app.core.forms import OnceForm, submit_once
from app.core.http import fresh, see_other
from app.realtime.positions import note_positions
from app.security.access import current_caller, role_required

PATH = "/staff/rooms"
STAFF = ("agent", "staff")

bp = Blueprint("staff_rooms", __name__, url_prefix=PATH)


@bp.get("")
@role_required(*STAFF)
def list_rooms() -> str:
    return list_page(NewRoomForm(formdata=None))


@bp.post("")
@role_required(*STAFF)
def open_room() -> str | Response | tuple[str, int]:
    form, actor = NewRoomForm(), current_actor()
    if not form.validate_on_submit():
        return list_page(form), 422

    def act() -> str:
        return rooms.open_member_room(actor, form.kind.data, form.subject.data.strip()).public_id

    return see_other(f"{PATH}/{submit_once(form, current_caller().name, act)}")


@bp.get("/<room_id>")
@role_required(*STAFF)
def show_room(room_id: str) -> Response:
    return room_page(get_room(room_id))


@bp.post("/<room_id>")
@role_required(*STAFF)
def post_message(room_id: str) -> Response:
    """Without a script; with one, messages go to the room itself."""
    room = get_room(room_id)
    try:
        send_message(room)
    except (DomainError, RateLimitExceeded) as error:
        db.session.rollback()
        text = (
            error.detail or error.title
            if isinstance(error, DomainError)
            else "That was too fast. Try again soon."
        )
        return room_page(room, 422, body=request.form.get("body", ""), error=text)
    return see_other(f"{PATH}/{room_id}#latest")


@limits.messages
def send_message(room: Room) -> None:
    actor, draft = current_actor(), Draft(request.form.get("clientId", ""), request.form.get("body", ""))
    run_transaction(lambda: messages.post_message(room, actor, draft))


@bp.post("/<room_id>/members")
@role_required(*STAFF)
def post_member(room_id: str) -> Response:
    form, room = InviteForm(), get_room(room_id, "invite")

    def act(actor: Actor) -> str:
        return f"{member_rooms.invite(room, actor, form.member.data or '')} is in the room now."

    submit(form, act)
    return see_other(f"{PATH}/{room_id}")


@bp.post("/<room_id>/leave")
@role_required(*STAFF)
def post_leave(room_id: str) -> Response:
    room = get_room(room_id)

    def act(actor: Actor) -> str:
        member_rooms.leave(room, actor, actor.subject)
        return f"You left “{room.subject}”."

    submit(OnceForm(), act)
    return see_other(PATH)


def submit(form: OnceForm, act: Callable[[Actor], str]) -> None:
    actor = current_actor()
    try:
        flash(submit_once(form, current_caller().name, lambda: act(actor)), "success")
    except DomainError as error:
        db.session.rollback()
        flash(f"{error.detail or error.title}.", "error")


def get_room(room_id: str, right: Right = "post") -> Room:
    return member_rooms.get_member_room(current_actor(), room_id, right)


def list_page(form: NewRoomForm) -> str:
    return render_template(
        "chat/rooms/list.html", rooms=member_rooms.list_member_rooms(current_actor()), form=form
    )


def room_page(room: Room, status: int = 200, **typed: str) -> Response:
    actor = current_actor()
    note_positions(f"room:{room.public_id}")
    db.session.refresh(room)
    html = render_template(
        "chat/rooms/room.html",
        room=room,
        thread=threads.read_thread(room, actor),
        bubbles=bubbles.list_bubbles(room, "p"),
        stream="p",
        action=f"{PATH}/{room.public_id}",
        people=queries.list_participants(room.id),
        invitable=member_rooms.list_invitable(room) if "invite" in rights_of(actor, room) else [],
        **typed,
    )
    return fresh(html, status)
