"""/api/realtime/chat/rooms: opening conversations, finding them, and who is in them."""

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from app.chat import messages, rooms
from app.chat.access import EXTERNAL, Actor, current_actor, get_room_for
from app.chat.api.refusals import ASKED, KEY, READ
from app.chat.api.told import room_detail, room_out
from app.chat.asking import read_limit
from app.chat.console import member_rooms, room_list
from app.chat.console.room_list import RoomQuery
from app.chat.errors import RoomClosed, RoomFull, UnknownMember, UnknownRoom
from app.chat.filters import Blocked
from app.chat.limits import new_rooms, new_rooms_of_address
from app.chat.lines import Draft
from app.chat.models import Department
from app.chat.models.room import DESK_KINDS, KINDS, STATUSES
from app.chat.rooms import Opening
from app.chat.schemas import ParticipantIn, RoomDetail, RoomIn, RoomPage
from app.core import idempotency
from app.core.database import db
from app.core.errors import Forbidden, Invalid
from app.core.http import read_json
from app.core.idempotency import Answer
from app.core.openapi import Operation, describes
from app.orders.errors import UnknownOrder
from app.orders.queries import get_order
from app.security import limits

PAGE, LARGEST_PAGE = 50, 200

bp = Blueprint("chat_rooms_api", __name__, url_prefix="/api/realtime/chat/rooms")


@bp.get("")
@limits.limiter.limit(limits.API_READ)
@describes(
    Operation(
        "The conversations that the caller may see, newest first",
        RoomPage,
        errors=(*READ, UnknownRoom),
        query=(
            ("kind", ", ".join(KINDS)),
            ("status", ", ".join(STATUSES)),
            ("assignee", "the agent's subject"),
            ("owner", "the shopper's subject"),
            ("before", "the id of the last room of the page before"),
            ("limit", f"up to {LARGEST_PAGE}"),
        ),
    )
)
def list_rooms() -> Response:
    limit = read_limit(PAGE, LARGEST_PAGE)
    asked = {name: request.args.get(name) for name in ("kind", "status", "assignee", "owner", "before")}
    found = room_list.list_rooms(current_actor(), RoomQuery(**asked, limit=limit))
    before = found[-1].public_id if len(found) == limit else None
    return jsonify(RoomPage(items=[room_out(room) for room in found], before=before).model_dump(mode="json"))


@bp.post("")
@new_rooms
@new_rooms_of_address
@describes(
    Operation(
        "Open a conversation; a shopper has one with the desk at a time, and gets that again",
        RoomDetail,
        takes=RoomIn,
        errors=(*ASKED, Forbidden, RoomFull, RoomClosed, Blocked, UnknownOrder),
        headers=(KEY,),
        statuses=((201, "Opened"), (200, "It was open already")),
    )
)
def post_room() -> Response:
    actor, wanted = current_actor(), read_json(RoomIn)
    return idempotency.answer_request(actor.subject, lambda: open_room(actor, wanted))


def open_room(actor: Actor, wanted: RoomIn) -> Answer:
    """Inside the running transaction."""
    if wanted.kind not in DESK_KINDS:
        if not actor.is_staff:
            raise Forbidden("Only staff open such rooms")
        room = rooms.open_member_room(actor, wanted.kind, wanted.subject)
        return Answer(room_detail(room), 201)
    owner = owner_of(actor, wanted)
    room = rooms.open_desk_room(owner, make_opening(owner, wanted))
    status = 201 if room.head_p == 0 else 200
    if wanted.message:
        draft = Draft(wanted.message.clientId, wanted.message.body)
        messages.post_message(room, owner, draft)
    db.session.refresh(room)
    return Answer(room_detail(room), status)


def owner_of(actor: Actor, wanted: RoomIn) -> Actor:
    """For whom it is. Raises Invalid when a program names nobody, Forbidden when a person names somebody else."""
    if actor.role == "program":
        if wanted.ownerId is None:
            raise Invalid(errors=[{"field": "ownerId", "message": "Say for whom"}])
        return Actor(f"{EXTERNAL}{wanted.ownerId}", wanted.name or "Guest", "guest")
    if wanted.ownerId is not None:
        raise Forbidden("You can open a conversation only for yourself; leave ownerId out")
    return actor


def make_opening(owner: Actor, wanted: RoomIn) -> Opening:
    if wanted.departmentId is not None and db.session.get(Department, wanted.departmentId) is None:
        raise Invalid(errors=[{"field": "departmentId", "message": "There is no such department"}])
    return Opening(
        kind=wanted.kind,
        name=wanted.name,
        email=wanted.email,
        subject=wanted.subject,
        page=wanted.page,
        department_id=wanted.departmentId,
        order_id=find_order_id(owner, wanted.orderNumber) if wanted.orderNumber else None,
    )


def find_order_id(owner: Actor, number: str) -> int:
    """Raises UnknownOrder, for shoppers also when it is not theirs; a program may name any."""
    order = get_order(number)
    if order.owner != owner.subject and not owner.subject.startswith(EXTERNAL):
        raise UnknownOrder()
    return order.id


@bp.get("/<room_id>")
@limits.limiter.limit(limits.API_READ)
@describes(Operation("One conversation and who is in it", RoomDetail, errors=(*READ, UnknownRoom)))
def show_room(room_id: str) -> Response:
    return jsonify(room_detail(get_room_for(current_actor(), room_id)))


@bp.post("/<room_id>/participants")
@limits.limiter.limit(limits.API_WRITE)
@describes(
    Operation(
        "Bring somebody into a room with members",
        RoomDetail,
        takes=ParticipantIn,
        errors=(*ASKED, UnknownRoom, Forbidden, UnknownMember, RoomFull),
        headers=(KEY,),
    )
)
def post_participant(room_id: str) -> Response:
    actor = current_actor()
    room = member_rooms.get_member_room(actor, room_id, "invite")
    wanted = read_json(ParticipantIn)

    def act() -> Answer:
        member_rooms.invite(room, actor, wanted.actor)
        return Answer(room_detail(room), 200)

    return idempotency.answer_request(actor.subject, act)


@bp.delete("/<room_id>/participants/<member>")
@limits.limiter.limit(limits.API_WRITE)
@describes(
    Operation(
        "Take somebody out of a room with members, or leave it",
        RoomDetail,
        errors=(*ASKED, UnknownRoom, Forbidden, UnknownMember),
        headers=(KEY,),
    )
)
def delete_participant(room_id: str, member: str) -> Response:
    actor = current_actor()
    room = member_rooms.get_member_room(actor, room_id, "read" if member == actor.subject else "invite")

    def act() -> Answer:
        member_rooms.leave(room, actor, member)
        return Answer(room_detail(room), 200)

    return idempotency.answer_request(actor.subject, act)
