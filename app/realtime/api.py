"""GET and POST /api/realtime/websocket, and POST /api/realtime/tickets."""

from flask import Blueprint, Flask, Response, jsonify, request

from app.core.clock import from_ms
from app.core.errors import Invalid
from app.core.http import Malformed, UnsupportedMediaType, read_json
from app.core.openapi import Operation, describes
from app.realtime import broadcast, status
from app.realtime.errors import ChannelNotWritable, RealtimeDown, UnknownChannel, UnknownUser
from app.realtime.schemas import Send, Sent, SocketStatus, Ticket, TicketRequest
from app.realtime.tickets import issue_ticket
from app.security import headers, limits
from app.security.access import require_scope
from app.security.errors import TooManyRequests

bp = Blueprint("realtime_api", __name__, url_prefix="/api/realtime")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/websocket")
@limits.limiter.limit(limits.API_READ)
@describes(
    Operation("How the socket processes are doing", SocketStatus, protected=True, errors=(TooManyRequests,))
)
def show_status() -> Response:
    require_scope("realtime:read")
    return jsonify(status.socket_status())


@bp.post("/websocket")
@limits.limiter.limit(limits.API_WRITE)
@describes(
    Operation(
        "Send a message to a channel or to one user",
        Sent,
        takes=Send,
        protected=True,
        errors=(
            Malformed,
            UnsupportedMediaType,
            Invalid,
            UnknownChannel,
            ChannelNotWritable,
            TooManyRequests,
            RealtimeDown,
        ),
    )
)
def post_message() -> Response:
    require_scope("realtime:publish")
    message = read_json(Send)
    channel = message.targetChannel or f"user:{message.targetUser}"
    published, reached = broadcast.send(channel, message.data.type, message.data.payload)
    return jsonify(
        Sent(
            channel=channel, offset=published.offset, processes=published.processes, reached=reached
        ).model_dump()
    )


@bp.post("/tickets")
@limits.limiter.limit(limits.API_WRITE)
@describes(
    Operation(
        "A ticket that opens one socket, once and within 30 seconds",
        Ticket,
        takes=TicketRequest,
        may_be_empty=True,
        protected=True,
        errors=(Malformed, UnsupportedMediaType, Invalid, UnknownUser, TooManyRequests, RealtimeDown),
        statuses=((201, "Made"),),
    )
)
def post_ticket() -> tuple[Response, int]:
    caller = require_scope("realtime:listen")
    wanted = read_json(TicketRequest) if request.get_data() else TicketRequest()
    issued = issue_ticket(caller, wanted.userId, wanted.channels)
    answer = Ticket(
        ticket=issued.ticket,
        url=f"{headers.socket_url()}?ticket={issued.ticket}",
        expiresAt=from_ms(issued.expires_at),
        channels=issued.channels,
    )
    return jsonify(answer.model_dump(mode="json")), 201
