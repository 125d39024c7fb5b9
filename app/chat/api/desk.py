"""/api/realtime/chat: the agents, who waits, and who has which conversation."""

from collections.abc import Callable

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from app.chat import queries
from app.chat.access import Actor, current_actor, get_room_for
from app.chat.api.refusals import ASKED, KEY, READ
from app.chat.api.told import room_detail
from app.chat.asking import wrong
from app.chat.console import canned
from app.chat.desk import agents, assignment, endings, transfers, waiting
from app.chat.desk_schemas import (
    AgentChange,
    AgentList,
    AgentOut,
    Claim,
    HoldFor,
    Queue,
    Replies,
    Reply,
    Transfer,
    Waiting,
)
from app.chat.errors import AgentAway, AgentFull, RoomChanged, RoomClosed, UnknownRoom
from app.chat.models import Agent, Room
from app.chat.schemas import RoomDetail
from app.core import idempotency
from app.core.clock import from_ms
from app.core.database import db, read_now
from app.core.errors import Forbidden, NotFound
from app.core.http import read_json
from app.core.idempotency import Answer
from app.core.openapi import Operation, describes
from app.security.access import current_caller, require_scope
from app.security.limits import API_READ, API_WRITE, limiter

MOVED = (*ASKED, UnknownRoom, Forbidden, NotFound, RoomChanged, RoomClosed, AgentFull, AgentAway)

bp = Blueprint("chat_desk_api", __name__, url_prefix="/api/realtime/chat")


@bp.get("/agents")
@limiter.limit(API_READ)
@describes(Operation("The agents and how much each has", AgentList, errors=READ))
def list_agents() -> Response:
    require_scope("chat:read")
    now, departments = read_now(), agents.departments_by_agent()
    people = [agent_out(each, now, departments) for each in agents.list_agents()]
    return jsonify(AgentList(items=people).model_dump(mode="json"))


def agent_out(agent: Agent, now: int, departments: dict[str, set[int]]) -> AgentOut:
    return AgentOut(
        agent=agent.agent,
        name=agent.name,
        status=agent.chosen_status,  # type: ignore[arg-type]  # the table's CHECK knows the same three
        presence=agents.presence_of(agent, now),  # type: ignore[arg-type]
        capacity=agent.capacity,
        open=agent.open_count,
        departments=sorted(departments.get(agent.agent, ())),
    )


@bp.patch("/agents/<agent>")
@limiter.limit(API_WRITE)
@describes(
    Operation(
        "Change an agent's status, slots or departments; agents their own, and of that not the departments",
        AgentOut,
        takes=AgentChange,
        errors=(*ASKED, Forbidden, NotFound),
        headers=(KEY,),
    )
)
def patch_agent(agent: str) -> Response:
    actor, change = current_actor(), read_json(AgentChange)
    require_scope("chat:write")
    if not actor.is_supervisor and (actor.subject != agent or change.departments is not None):
        raise Forbidden("Only supervisors may change this")

    def act() -> Answer:
        before = agents.describe_work(agent)
        if change.status is not None:
            agents.set_status(agent, change.status)
        if change.capacity is not None:
            agents.set_capacity(agent, change.capacity)
        if change.departments is not None:
            agents.set_departments(agent, change.departments)
        if actor.is_supervisor and (after := agents.describe_work(agent)) != before:
            current_caller().note("chat_agent_changed", agent, before, after)
        found = agent_out(agents.get_agent(agent), read_now(), agents.departments_by_agent())
        return Answer(found.model_dump(mode="json"), 200)

    return idempotency.answer_request(actor.subject, act)


@bp.get("/queue")
@limiter.limit(API_READ)
@describes(Operation("Who waits, the next one first", Queue, errors=READ))
def show_queue() -> Response:
    require_scope("chat:read")
    items = [
        Waiting(
            room=each.public_id,
            departmentId=each.department_id,
            queuedAt=from_ms(each.queued_at),
            band=each.band,
            position=each.position,
        )
        for each in waiting.list_waiting()
    ]
    return jsonify(Queue(items=items).model_dump(mode="json"))


@bp.get("/canned")
@limiter.limit(API_READ)
@describes(Operation("The canned replies of the desk", Replies, errors=READ))
def list_canned() -> Response:
    require_scope("chat:read")
    items = [Reply(id=each.id, shortcut=each.shortcut, body=each.body) for each in canned.list_canned()]
    return jsonify(Replies(items=items).model_dump(mode="json"))


@bp.post("/rooms/<room_id>/claim")
@limiter.limit(API_WRITE)
@describes(
    Operation(
        "Take a conversation, or give it to an agent", RoomDetail, takes=Claim, errors=MOVED, headers=(KEY,)
    )
)
def post_claim(room_id: str) -> Response:
    wanted = read_json(Claim)

    def claim(room: Room, actor: Actor) -> None:
        if wanted.agent is not None:
            assignment.assign_room(room, wanted.agent, actor)
        elif actor.role == "program":
            raise wrong("agent", "Say who takes it")
        else:
            assignment.claim_room(room, actor)

    return move(room_id, claim)


@bp.post("/rooms/<room_id>/transfer")
@limiter.limit(API_WRITE)
@describes(
    Operation(
        "Hand a conversation to another agent or department",
        RoomDetail,
        takes=Transfer,
        errors=MOVED,
        headers=(KEY,),
    )
)
def post_transfer(room_id: str) -> Response:
    wanted = read_json(Transfer)

    def transfer(room: Room, actor: Actor) -> None:
        if wanted.agent is not None:
            transfers.transfer_to_agent(room, actor, wanted.agent, wanted.note)
        else:
            transfers.transfer_to_department(room, actor, wanted.departmentId or 0, wanted.note)

    return move(room_id, transfer)


@bp.post("/rooms/<room_id>/resolve")
@limiter.limit(API_WRITE)
@describes(Operation("End a conversation as the desk", RoomDetail, errors=MOVED, headers=(KEY,)))
def post_resolve(room_id: str) -> Response:
    return move(room_id, endings.resolve_room)


@bp.post("/rooms/<room_id>/hold")
@limiter.limit(API_WRITE)
@describes(
    Operation(
        "Let a conversation wait for the store", RoomDetail, takes=HoldFor, errors=MOVED, headers=(KEY,)
    )
)
def post_hold(room_id: str) -> Response:
    wanted = read_json(HoldFor)
    return move(room_id, lambda room, actor: endings.hold_room(room, actor, wanted.event))


def move(room_id: str, act: Callable[[Room, Actor], None]) -> Response:
    """For whoever may write notes in the room: the staff."""
    actor = current_actor()
    room = get_room_for(actor, room_id, "notes")

    def moved() -> Answer:
        act(room, actor)
        db.session.flush()
        return Answer(room_detail(queries.get_room(room.id)), 200)

    return idempotency.answer_request(actor.subject, moved)
