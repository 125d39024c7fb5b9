"""GET and POST /api/realtime/websocket."""

from flask import Blueprint, Flask, Response, jsonify

from app.core.errors import Invalid
from app.core.http import Malformed, UnsupportedMediaType, read_json
from app.core.openapi import Operation, describes
from app.realtime import broadcast, status
from app.realtime.errors import ChannelNotWritable, RealtimeDown, UnknownChannel
from app.realtime.schemas import Send, Sent, SocketStatus
from app.security import limits
from app.security.access import require_scope
from app.security.errors import TooManyRequests

bp = Blueprint("realtime_api", __name__, url_prefix="/api/realtime/websocket")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("")
@limits.limiter.limit(limits.API_READ)
@describes(
    Operation("How the socket processes are doing", SocketStatus, protected=True, errors=(TooManyRequests,))
)
def show_status() -> Response:
    require_scope("realtime:read")
    return jsonify(status.socket_status())


@bp.post("")
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
