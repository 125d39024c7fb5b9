"""What an agent does with a conversation as a whole: claim, decline, resolve, transfer, hold; and a supervisor's word."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template
from werkzeug.wrappers import Response

from app.chat import messages
from app.chat.access import Actor, current_actor, get_room_for
from app.chat.console import inbox
from app.chat.desk import assignment, endings, transfers, waits_for
from app.chat.desk.departments import list_departments
from app.chat.desk.receivers import list_agents, read_receiver
from app.chat.errors import UnknownRoom
from app.chat.forms.console import HoldForm, OverrideForm, TransferForm
from app.chat.lines import Draft
from app.chat.models import Room
from app.core import http
from app.core.database import db
from app.core.errors import DomainError
from app.core.forms import OnceForm, new_key, renew_key, submit_once
from app.core.http import see_other
from app.security.access import current_caller, role_required

PATH = "/staff/chat/rooms"
DESK = ("agent", "staff")
Act = Callable[[Room, Actor], None]

bp = Blueprint("chat_steps", __name__, url_prefix=PATH)

STEPS: dict[str, tuple[Act, str]] = {
    "claim": (assignment.claim_room, "This conversation is yours."),
    "decline": (endings.decline_room, "It went back to the queue, and comes to somebody else."),
    "resolve": (endings.resolve_room, "Resolved. If the shopper writes again, it comes back to you."),
}


@bp.post("/<room_id>/<any(claim, decline, resolve):step>")
@role_required(*DESK)
def post_step(room_id: str, step: str) -> Response:
    act, done = STEPS[step]
    return take_step(room_id, OnceForm(), act, done)


@bp.post("/<room_id>/resolve-next")
@role_required(*DESK)
def resolve_and_next(room_id: str) -> Response:
    act, _ = STEPS["resolve"]
    following = inbox.find_next(current_actor(), room_id)
    done = "Resolved; here is the next one." if following else "Resolved. Nobody else waits."
    if not take(room_id, OnceForm(), act, done):
        return see_other(path_of(room_id))
    return see_other(path_of(following) if following else "/staff/chat")


@bp.get("/<room_id>/transfer")
@role_required(*DESK)
def show_transfer(room_id: str) -> Response:
    return dialog("transfer", room_of(room_id), receiving(TransferForm(formdata=None)))


@bp.post("/<room_id>/transfer")
@role_required(*DESK)
def post_transfer(room_id: str) -> Response:
    form = receiving(TransferForm())

    def act(room: Room, actor: Actor) -> None:
        agent, department_id = read_receiver(form.to.data)
        if agent:
            transfers.transfer_to_agent(room, actor, agent, form.note.data.strip())
        else:
            transfers.transfer_to_department(room, actor, department_id, form.note.data.strip())

    return take_form("transfer", room_id, form, act, "Handed over, with your note.")


@bp.get("/<room_id>/hold")
@role_required(*DESK)
def show_hold(room_id: str) -> Response:
    room = room_of(room_id)
    return dialog("hold", room, waiting_for(HoldForm(formdata=None), room))


@bp.post("/<room_id>/hold")
@role_required(*DESK)
def post_hold(room_id: str) -> Response:
    form = waiting_for(HoldForm(), room_of(room_id))

    def act(room: Room, actor: Actor) -> None:
        endings.hold_room(room, actor, waits_for.read_event(form.event.data, form.sku.data or ""))

    return take_form("hold", room_id, form, act, "On hold. It comes back to you by itself.")


@bp.get("/<room_id>/override")
@role_required("admin")
def show_override(room_id: str) -> Response:
    return dialog("override", room_of(room_id), given(OverrideForm(formdata=None)))


@bp.post("/<room_id>/override")
@role_required("admin")
def post_override(room_id: str) -> Response:
    """The reason is a note, so that whoever gets the conversation reads it, and it stays."""
    form = given(OverrideForm())

    def act(room: Room, actor: Actor) -> None:
        assignment.assign_room(room, form.agent.data, actor)
        messages.post_message(room, actor, Draft(f"override-{form.key.data}", form.reason.data.strip(), "i"))

    return take_form("override", room_id, form, act, "Given to them, with your reason as a note.")


def take_step(room_id: str, form: OnceForm, act: Act, done: str) -> Response:
    take(room_id, form, act, done)
    return see_other(path_of(room_id) if is_open(room_id) else "/staff/chat")


def take_form(name: str, room_id: str, form: OnceForm, act: Act, done: str) -> Response:
    """What is wrong with the fields is said in the form; what is wrong with the moment, above the conversation."""
    room = room_of(room_id)
    if not form.validate_on_submit():
        return dialog(name, room, form, 422)
    return take_step(room_id, form, act, done)


def take(room_id: str, form: OnceForm, act: Act, done: str) -> bool:
    """Run the step once; False when it could not be taken, which is said."""
    actor = current_actor()
    room = get_room_for(actor, room_id, "notes")

    def run() -> str:
        act(room, actor)
        return done

    try:
        flash(submit_once(form, current_caller().name, run), "success")
    except DomainError as error:
        db.session.rollback()
        flash(f"{error.detail or error.title}.", "error")
        return False
    return True


def room_of(room_id: str) -> Room:
    return get_room_for(current_actor(), room_id, "notes")


def is_open(room_id: str) -> bool:
    """A conversation that went to another department is gone for whoever gave it."""
    try:
        return room_of(room_id) is not None
    except UnknownRoom:
        return False


def path_of(room_id: str) -> str:
    return f"{PATH}/{room_id}"


def receiving(form: TransferForm) -> TransferForm:
    me = current_actor().subject
    agents = [(f"agent:{each.subject}", each.words) for each in list_agents() if each.subject != me]
    departments = [(f"department:{each.id}", each.name) for each in list_departments()]
    form.to.choices = {"Departments": departments, "Agents": agents}
    return form


def given(form: OverrideForm) -> OverrideForm:
    form.agent.choices = [(each.subject, each.words) for each in list_agents()]
    return form


def waiting_for(form: HoldForm, room: Room) -> HoldForm:
    form.event.choices = waits_for.list_choices(room)
    return form


def dialog(name: str, room: Room, form: OnceForm, status: int = 200) -> Response:
    """A part for the dialog, a page without a script. What is refused goes back into the dialog."""
    if form.errors:
        renew_key(form)
    part = "_form" if http.is_fragment_request() else "form"
    context: dict[str, Any] = {"room": room, "form": form, "name": name, "key": form.key.data or new_key()}
    response = http.fresh(render_template(f"chat/console/{part}.html", **context), status)
    if status == 422:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog-body", "innerHTML"
    return response
