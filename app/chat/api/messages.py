"""/api/realtime/chat/rooms/<id>: what is said in a room, its log, and how far the caller has read."""

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from app.chat import bubbles, limits, messages, queries, reads
from app.chat.access import EXTERNAL, Actor, current_actor, get_stream_for
from app.chat.api.refusals import ASKED, READ
from app.chat.api.told import event_out, messages_out, posted_out
from app.chat.asking import read_limit, read_number, read_stream, wrong
from app.chat.errors import ClientIdReused, RoomClosed, UnknownRoom
from app.chat.filters import Blocked
from app.chat.lines import Draft
from app.chat.models import Room
from app.chat.schemas import EventPage, MessageIn, MessagePage, Posted, ReadAnswer, ReadMark
from app.core.database import run_transaction
from app.core.errors import Forbidden
from app.core.http import read_json
from app.core.openapi import Operation, describes
from app.security.limits import API_READ, API_WRITE, limiter

PAGE, LARGEST_PAGE = 50, 200
STREAM = ("stream", "p, which is usual, or i for the staff's notes")

bp = Blueprint("chat_messages_api", __name__, url_prefix="/api/realtime/chat/rooms/<room_id>")


@bp.post("/messages")
@limits.messages
@describes(
    Operation(
        "Say something; the same clientId again answers what was stored the first time",
        Posted,
        takes=MessageIn,
        errors=(*ASKED, UnknownRoom, Forbidden, ClientIdReused, RoomClosed, Blocked),
        headers=(("X-User-ID", "a label; grants nothing"),),
        statuses=((201, "Stored"), (200, "It was stored before")),
    )
)
def post_message(room_id: str) -> tuple[Response, int]:
    actor, sent = current_actor(), read_json(MessageIn)
    room = get_stream_for(actor, room_id, sent.stream, "post")
    speaker = speaker_of(actor, room, sent)
    draft = Draft(sent.clientId, sent.body, sent.stream)
    return posted_out(room, run_transaction(lambda: messages.post_message(room, speaker, draft)))


def speaker_of(actor: Actor, room: Room, sent: MessageIn) -> Actor:
    """Whose words these are. Raises Forbidden when a person names somebody else, Invalid when that one has no say here."""
    if sent.ownerId is None:
        return actor
    owner = f"{EXTERNAL}{sent.ownerId}"
    if actor.role != "program":
        raise Forbidden("You can speak only for yourself; leave ownerId out")
    if room.owner != owner or sent.stream != "p":
        raise wrong("ownerId", "This conversation was not opened for them, or these are notes")
    return Actor(owner, room.name or "Guest", "guest")


@bp.get("/messages")
@limiter.limit(API_READ)
@describes(
    Operation(
        "The messages of a room: the newest, or those before or after a number",
        MessagePage,
        errors=(*READ, UnknownRoom),
        query=(
            ("before", "only with smaller numbers"),
            ("after", "only with greater numbers, from there on"),
            STREAM,
            ("limit", f"up to {LARGEST_PAGE}"),
        ),
    )
)
def list_messages(room_id: str) -> Response:
    stream, limit = read_stream(), read_limit(PAGE, LARGEST_PAGE)
    room = get_stream_for(current_actor(), room_id, stream)
    if "after" in request.args:
        found = queries.list_messages_after(room.id, stream, read_number("after", 0), limit)
    else:
        before = read_number("before", 0) or None
        found = queries.list_messages(room.id, stream, before=before, limit=limit)
    full = len(found) == limit
    page = MessagePage(
        items=messages_out(room, list(found)),
        before=found[0].seq if full and "after" not in request.args else None,
        after=found[-1].seq if full and "after" in request.args else None,
    )
    return jsonify(page.model_dump(mode="json"))


@bp.get("/events")
@limiter.limit(API_READ)
@describes(
    Operation(
        "A room's log after a number, oldest first, at most 200 entries",
        EventPage,
        errors=(*READ, UnknownRoom),
        query=(("after", "the last number that the caller has; 0 for all"), STREAM),
    )
)
def list_events(room_id: str) -> Response:
    stream, after = read_stream(), read_number("after", 0)
    room = get_stream_for(current_actor(), room_id, stream)
    log = bubbles.read_log(room, stream, after)
    page = EventPage(items=[event_out(each) for each in log.told], head=log.head, reset=log.is_reset)
    return jsonify(page.model_dump(mode="json"))


@bp.post("/reads")
@limiter.limit(API_WRITE)
@describes(
    Operation(
        "Say how far one has read; the mark only moves forward",
        ReadAnswer,
        takes=ReadMark,
        errors=(*ASKED, UnknownRoom, Forbidden),
    )
)
def post_read(room_id: str) -> Response:
    actor, mark = current_actor(), read_json(ReadMark)
    room = get_stream_for(actor, room_id, mark.stream)
    moved = run_transaction(lambda: reads.mark_read(room, actor.subject, mark.stream, mark.seq))
    return jsonify(ReadAnswer(moved=moved).model_dump())
