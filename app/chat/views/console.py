"""The agents' console: the list, one conversation beside it, and who the shopper is. Each pane has a page of its own."""

from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, jsonify, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.chat import threads
from app.chat.access import Actor, current_actor, get_room_for
from app.chat.asking import find_number
from app.chat.console import conversations, customers, inbox, onlookers
from app.chat.console.inbox import SORTS, TABS, InboxQuery
from app.chat.console.inbox_rows import Row
from app.chat.desk import agents, moves
from app.chat.models import Room
from app.chat.threads import Thread
from app.chat.views.console_agent import find_me
from app.core import http
from app.core.database import read_now
from app.realtime import pages
from app.realtime.positions import note_positions
from app.security.access import role_required

PATH = "/staff/chat"
LONGEST_TEXT = 80
DESK = ("agent", "staff")

bp = Blueprint("chat_console", __name__, url_prefix=PATH)


@bp.get("")
@role_required(*DESK)
def list_rooms() -> Response:
    if http.is_fragment_request():  # where a step leads when no conversation is left to show
        return part(room=None)
    return http.fresh(render_template("chat/console/page.html", room=None, title="Chat", **list_context()))


@bp.get("/list")
@role_required(*DESK)
def show_list() -> Response:
    """The list as it is now, for a page that shows it already."""
    return http.fresh(
        render_template("chat/console/_list.html", **list_context(request.args.get("open", "")))
    )


@bp.get("/count")
@role_required("agent")
def show_count() -> Response:
    """How many wait, for the pill in the navigation."""
    count = inbox.count_waiting(current_actor())
    return http.fresh(render_template("chat/console/waiting_count.html", count=count))


@bp.get("/rooms/<room_id>")
@role_required(*DESK)
def show_room(room_id: str) -> Response:
    actor = current_actor()
    room = get_room_for(actor, room_id, "notes")
    note_positions(f"room:{room.public_id}", f"room:{room.public_id}:staff")
    context = room_context(actor, room)
    if http.is_fragment_request():
        return part(**context)
    return http.fresh(render_template("chat/console/page.html", **list_context(room_id), **context))


@bp.get("/rooms/<room_id>/customer")
@role_required(*DESK)
def show_customer(room_id: str) -> Response:
    """A fragment for the pane, a page where there is no room for it."""
    actor = current_actor()
    room = get_room_for(actor, room_id, "notes")
    customer = customers.read_customer(actor, room)
    name = "_customer" if http.is_fragment_request() else "customer"
    return http.fresh(render_template(f"chat/console/{name}.html", room=room, customer=customer))


@bp.get("/rooms/<room_id>/head")
@role_required(*DESK)
def show_head(room_id: str) -> Response:
    """Who has it and what can be done now, for a page that shows the conversation already."""
    actor = current_actor()
    room = get_room_for(actor, room_id, "notes")
    talk = conversations.read_conversation(actor, room)
    return http.fresh(render_template("chat/console/_head.html", room=room, talk=talk, now=read_now()))


@bp.get("/rooms/<room_id>/history")
@role_required(*DESK)
def show_history(room_id: str) -> Response:
    """A page of messages and notes before a public number; without one the newest."""
    actor = current_actor()
    room = get_room_for(actor, room_id, "notes")
    talk = conversations.read_conversation(actor, room, find_number("before"))
    return http.fresh(render_template("chat/console/_history.html", room=room, talk=talk))


@bp.post("/rooms/<room_id>/look")
@role_required(*DESK)
def post_look(room_id: str) -> Response:
    """The page is open and seen, or with `away` it is left; answers who else looks at the conversation."""
    actor = current_actor()
    room = get_room_for(actor, room_id, "notes")
    people = onlookers.look_away(room, actor) if "away" in request.form else onlookers.look(room, actor)
    return jsonify(people=people)


def list_context(current: str = "") -> dict[str, Any]:
    actor, query = current_actor(), read_query(request.args)
    note_positions("queue")
    shown = inbox.read_inbox(actor, query)
    note_positions(*(f"room:{row.id}" for row in shown.rows))
    return {
        "inbox": shown,
        "moves": moves.list_moves(actor),
        "tabs": TABS,
        "sorts": SORTS,
        "current": current,
        "link": lambda **changes: path_of(replace(query, **{"page": 1, **changes})),
        "query_text": path_of(query, ""),
        "fragment": path_of(query, f"{PATH}/list"),
        "row_token": token_of,
        "me": find_me(),
    }


def token_of(row: Row) -> str:
    """The list holds nothing but rooms that this one may read, and asking again for each would cost as much as the list."""
    return pages.sign(f"room:{row.id}")


def room_context(actor: Actor, room: Room, before: int | None = None) -> dict[str, Any]:
    return {
        "room": room,
        "title": inbox.read_row(actor, room).name,
        "thread": read_thread(room, actor),
        "talk": conversations.read_conversation(actor, room, before),
        "customer": customers.read_customer(actor, room),
        "now": read_now(),
    }


def read_thread(room: Room, actor: Actor) -> Thread:
    """Any agent may type here, and not only those who are in the room."""
    thread = threads.read_thread(room, actor, streams=("p", "i"))
    names = {each.agent: each.name for each in agents.list_agents()}
    return replace(thread, names=names | thread.names)


def read_query(values: "MultiDict[str, str]") -> InboxQuery:
    """Whatever is not understood is as if it were not there."""
    tab, sort, page = values.get("tab", ""), values.get("sort", ""), values.get("page", "")
    return InboxQuery(
        tab=tab if tab in TABS else "mine",
        sort=sort if sort in SORTS else "wait",
        text=values.get("q", "").replace("\0", "").strip()[:LONGEST_TEXT],
        page=max(1, int(page)) if page.isdecimal() and len(page) < 5 else 1,
    )


def path_of(query: InboxQuery, path: str = PATH) -> str:
    usual = asdict(InboxQuery())
    named = {
        ("q" if name == "text" else name): value
        for name, value in asdict(query).items()
        if value != usual[name]
    }
    return f"{path}?{urlencode(named)}" if named else path


def part(**context: Any) -> Response:
    """What takes the place of the conversation; a step that led here does not know the address."""
    response = http.fresh(render_template("chat/console/_conversation.html", **context, is_part=True))
    response.headers["HX-Push-Url"] = request.full_path.rstrip("?")
    return response
