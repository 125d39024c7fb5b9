"""The shopper's conversation: a page that needs no script, and the same parts for the panel beside the shop."""

from typing import Any

from flask import Blueprint, request
from flask_limiter import RateLimitExceeded
from werkzeug.wrappers import Response

from app.chat import limits, messages, queries, rooms
from app.chat.access import current_actor
from app.chat.desk import standing
from app.chat.desk.departments import list_departments
from app.chat.forms.support import MessageForm, OpeningForm
from app.chat.lines import Draft
from app.chat.models import Room
from app.chat.rooms import Opening
from app.chat.views.conversation import PATH, answer, conversation, get_own_room, path_of, state_answer
from app.core.database import db, run_transaction
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.http import is_fragment_request, safe_next, see_other
from app.orders.access import get_order_for
from app.orders.models import Order
from app.security import access
from app.security.limits import seconds_left

LONGEST_PAGE = 300

bp = Blueprint("support", __name__, url_prefix=PATH)


@bp.get("")
def show_support() -> Response:
    """The conversation that is going on, or the form that begins one: about an order, or with `new` another one."""
    return answer("talk", **opening_or_room())


@bp.get("/panel")
def show_panel() -> Response:
    return answer("panel", **opening_or_room())


@bp.post("")
def post_opening() -> Response:
    form, order = OpeningForm(), find_order()
    is_staffed = prepare(form)
    if not form.validate_on_submit():
        return answer("talk", 422, **opening(form, order, is_staffed))
    try:
        room = open_room(form, order)
    except (DomainError, RateLimitExceeded) as error:
        form.body.errors = [explain(error)]
        return answer("talk", 422, **opening(form, order, is_staffed))
    if is_fragment_request():
        return answer("talk", **conversation(room))
    return see_other(path_of(room))


@bp.get("/<room_id>")
def show_room(room_id: str) -> Response:
    return answer("talk", **conversation(get_own_room(room_id)))


@bp.post("/<room_id>")
def post_message(room_id: str) -> Response:
    """Without a script; with one, messages go to the room itself."""
    room, form = get_own_room(room_id), MessageForm()
    try:
        send_message(room, form)
    except (DomainError, RateLimitExceeded) as error:
        db.session.rollback()
        status = STATUS[error.kind] if isinstance(error, DomainError) else 429
        return answer("talk", status, **conversation(room), body=form.body.data, error=explain(error))
    return see_other(f"{path_of(room)}#latest")


@bp.get("/<room_id>/state")
def show_state(room_id: str) -> Response:
    return state_answer(get_own_room(room_id))


def opening_or_room() -> dict[str, Any]:
    owner, order = access.subject(), find_order()
    if order:
        room = queries.find_order_room(owner, order.id)
    else:
        room = queries.find_live_room(owner) if "new" in request.args else queries.find_current_room(owner)
    if room:
        return conversation(room)
    form = OpeningForm(
        formdata=None, page=page_of(), order=request.args.get("order"), token=request.args.get("token")
    )
    return opening(form, order, prepare(form))


def prepare(form: OpeningForm) -> bool:
    """Answers whether somebody is there now; if not, the form wants an address."""
    form.department.choices = [
        ("", "Something else"),
        *((str(each.id), each.name) for each in list_departments()),
    ]
    is_staffed = standing.is_staffed()
    if not is_staffed and not access.current_user():
        form.need_email()
    return is_staffed


def opening(form: OpeningForm, order: Order | None, is_staffed: bool) -> dict[str, Any]:
    return {
        "room": None,
        "form": form,
        "order": order,
        "is_staffed": is_staffed,
        "back_at": standing.find_return(),
    }


@limits.new_rooms
@limits.new_rooms_of_address
def open_room(form: OpeningForm, order: Order | None) -> Room:
    actor, user = current_actor(), access.current_user()
    wanted = Opening(
        kind="order" if order else "support",
        name="" if user else (form.name.data or "").strip(),
        email=user.email if user else (form.email.data or "").strip(),
        page=safe_next(form.page.data)[:LONGEST_PAGE],
        department_id=int(form.department.data) if form.department.data in departments() else None,
        order_id=order.id if order else None,
    )
    draft = Draft(form.clientId.data or "", form.body.data or "")

    def act() -> Room:
        room = rooms.open_desk_room(actor, wanted)
        messages.post_message(room, actor, draft)
        return room

    return run_transaction(act)


@limits.messages
def send_message(room: Room, form: MessageForm) -> None:
    actor, draft = current_actor(), Draft(form.clientId.data or "", form.body.data or "")
    run_transaction(lambda: messages.post_message(room, actor, draft))


def find_order() -> Order | None:
    """The order that is asked about, if it is this shopper's or comes with its link."""
    number = request.values.get("order", "")
    return get_order_for(access.subject(), number, request.values.get("token", "")) if number else None


def departments() -> set[str]:
    return {str(each.id) for each in list_departments()}


def page_of() -> str:
    """Where in the shop the shopper asks from."""
    host, slash, path = (request.referrer or "").partition("://")[2].partition("/")
    return safe_next(request.args.get("page") or (slash + path if host == request.host else "/"))


def explain(error: DomainError | RateLimitExceeded) -> str:
    if isinstance(error, DomainError):
        return error.detail
    return f"That was too fast. Try again in {wait_text(seconds_left() or 1)}; your text stays here."


def wait_text(seconds: int) -> str:
    if seconds < 100:
        return f"{seconds} s"
    return f"{round(seconds / 60)} min" if seconds < 6000 else f"{round(seconds / 3600)} h"
