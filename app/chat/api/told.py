"""Rooms and messages as this API tells of them."""

from typing import Any

from flask import jsonify
from werkzeug.wrappers import Response

from app.chat import bubbles, messages, queries
from app.chat.bubbles import Bubble, Told
from app.chat.models import Message, Participant, Room
from app.chat.schemas import Event, MessageOut, ParticipantOut, Posted, RoomDetail, RoomOut
from app.core.clock import from_ms


def room_out(room: Room) -> RoomOut:
    return RoomOut(**room_facts(room))


def room_detail(room: Room) -> dict[str, Any]:
    people = [participant_out(each) for each in queries.list_participants(room.id)]
    return RoomDetail(**room_facts(room), participants=people).model_dump(mode="json")


def room_facts(room: Room) -> dict[str, Any]:
    times = {
        "openedAt": room.opened_at,
        "queuedAt": room.queued_at,
        "assignedAt": room.assigned_at,
        "resolvedAt": room.resolved_at,
    }
    return {
        "id": room.public_id,
        "kind": room.kind,
        "status": room.status,
        "subject": room.subject,
        "name": room.name,
        "departmentId": room.department_id,
        "assignee": room.assignee,
        "head": room.head_p,
        "firstSeq": room.min_p,
        "reopenCount": room.reopen_count,
        "legalHold": room.legal_hold,
        **{name: None if moment is None else from_ms(moment) for name, moment in times.items()},
    }


def participant_out(member: Participant) -> ParticipantOut:
    return ParticipantOut(
        actor=member.actor,
        name=member.name,
        role=member.role,  # type: ignore[arg-type]  # the table's CHECK knows the same four
        joinedAt=from_ms(member.joined_at),
        read=member.read_p,
    )


def messages_out(room: Room, found: list[Message]) -> list[MessageOut]:
    return [message_out(bubble) for bubble in bubbles.make_bubbles(room, found)]


def posted_out(room: Room, posted: messages.Posted) -> tuple[Response, int]:
    """The answer to what was said: 201, or 200 for what was stored before."""
    (bubble,) = bubbles.make_bubbles(room, [posted.message])
    answer = Posted(**message_out(bubble).model_dump(), duplicate=posted.duplicate)
    return jsonify(answer.model_dump(mode="json")), 200 if posted.duplicate else 201


def message_out(bubble: Bubble) -> MessageOut:
    return MessageOut(seq=bubble.seq, stream=bubble.stream, **bubble.data)  # type: ignore[arg-type]


def event_out(told: Told) -> Event:
    data = {name: value for name, value in told.data.items() if name != "message"}
    message = message_out(told.bubble) if told.bubble else None
    return Event(seq=told.seq, type=told.type, at=from_ms(told.at), data=data, message=message)  # type: ignore[arg-type]
