"""/api/realtime/chat: what is left of conversations: transcripts, ratings, figures."""

from dataclasses import asdict

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from app.chat import ratings
from app.chat.access import EXTERNAL, Actor, current_actor, get_room_for
from app.chat.api.refusals import ASKED, KEY, READ
from app.chat.api.told import room_detail
from app.chat.asking import read_number, wrong
from app.chat.desk import endings
from app.chat.desk_schemas import Analytics, DayFigures, Figures, RatingIn, RatingOut, Span, Transcript
from app.chat.errors import RoomChanged, RoomNotOver, UnknownRoom
from app.chat.figures.report import DURATIONS, SIDES, Tally, read_report
from app.chat.keeping import transcripts
from app.chat.models import Room
from app.chat.models.room import DESK_KINDS
from app.chat.schemas import RoomDetail
from app.core import idempotency
from app.core.errors import Forbidden
from app.core.http import read_json
from app.core.idempotency import Answer
from app.core.openapi import Operation, describes
from app.security.access import require_scope
from app.security.limits import API_READ, API_WRITE, limiter

USUAL_DAYS, MOST_DAYS = 30, 366

bp = Blueprint("chat_records_api", __name__, url_prefix="/api/realtime/chat")


@bp.get("/rooms/<room_id>/transcript")
@limiter.limit(API_READ)
@describes(
    Operation(
        "What was said in a conversation, line by line",
        Transcript,
        errors=(*READ, UnknownRoom),
        query=(("notes", "1 with the staff's notes, for staff"),),
    )
)
def show_transcript(room_id: str) -> Response:
    notes = request.args.get("notes") == "1"
    room = get_room_for(current_actor(), room_id, "notes" if notes else "read")
    lines = [str(line) for line in transcripts.list_lines(room, notes=notes)]
    told = Transcript(room=room.public_id, title=transcripts.title_of(room), lines=lines)
    return jsonify(told.model_dump(mode="json"))


@bp.post("/rooms/<room_id>/rating")
@limiter.limit(API_WRITE)
@describes(
    Operation(
        "Rate a conversation that is over, as its shopper",
        RatingOut,
        takes=RatingIn,
        errors=(*ASKED, UnknownRoom, Forbidden, RoomNotOver),
        headers=(KEY,),
    )
)
def post_rating(room_id: str) -> Response:
    actor, sent = current_actor(), read_json(RatingIn)
    room = get_room_for(actor, room_id)
    shopper = shopper_of(actor, room, sent.ownerId)

    def act() -> Answer:
        ratings.rate_room(room, shopper, sent.score, sent.comment.strip())
        told = RatingOut(room=room.public_id, score=sent.score, comment=sent.comment.strip())
        return Answer(told.model_dump(), 200)

    return idempotency.answer_request(actor.subject, act)


@bp.post("/rooms/<room_id>/end")
@limiter.limit(API_WRITE)
@describes(
    Operation(
        "End a conversation as its shopper",
        RoomDetail,
        errors=(*ASKED, UnknownRoom, Forbidden, RoomChanged),
        headers=(KEY,),
    )
)
def post_end(room_id: str) -> Response:
    actor = current_actor()
    room = get_room_for(actor, room_id)
    if actor.subject != room.owner:
        raise Forbidden("Only the shopper of a conversation may end it like this; the desk resolves it")

    def act() -> Answer:
        endings.end_chat(room, actor)
        return Answer(room_detail(room), 200)

    return idempotency.answer_request(actor.subject, act)


def shopper_of(actor: Actor, room: Room, owner_id: str | None) -> Actor:
    """Who rates. Raises Invalid when a program names somebody else than the room's shopper."""
    if actor.role != "program" or owner_id is None:
        return actor
    if room.owner != f"{EXTERNAL}{owner_id}":
        raise wrong("ownerId", "This conversation was not opened for them")
    return Actor(room.owner, room.name, "guest")


@bp.get("/analytics")
@limiter.limit(API_READ)
@describes(
    Operation(
        "The desk's figures of the last days, today as of now",
        Analytics,
        errors=READ,
        query=(("days", f"up to {MOST_DAYS}"), ("kind", ", ".join(DESK_KINDS))),
    )
)
def show_analytics() -> Response:
    require_scope("chat:read")
    length, kind = read_number("days", USUAL_DAYS), request.args.get("kind")
    if not 1 <= length <= MOST_DAYS:
        raise wrong("days", f"Between 1 and {MOST_DAYS}")
    if kind not in (None, *DESK_KINDS):
        raise wrong("kind", ", ".join(DESK_KINDS))
    report = read_report(length, kind)
    told = Analytics(
        first=report.first,
        last=report.last,
        kind=kind,
        whole=figures_out(report.whole),
        hours=[report.whole.messages(hour=hour) for hour in range(24)],
        days=[DayFigures(day=day, figures=figures_out(each)) for day, each in report.by_day.items()],
    )
    return jsonify(told.model_dump(mode="json"))


def figures_out(tally: Tally) -> Figures:
    return Figures(
        conversations=tally.count("conversations"),
        messages={side: tally.messages(side) for side in SIDES},
        abandoned=tally.count("abandoned"),
        reopened=tally.count("reopened"),
        transfers=tally.count("transfers"),
        ratings={str(score): count for score, count in tally.scores.items()},
        durations={name: Span(**asdict(tally.summary(name))) for name in DURATIONS},
        abandonmentRate=tally.abandonment,
        reopenRate=tally.reopen_rate,
        serviceLevel=tally.service_level,
        satisfaction=tally.satisfaction,
        utilisation=tally.utilisation,
        occupancy=tally.occupancy,
    )
