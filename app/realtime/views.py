"""What the page's socket client asks over HTTP: snapshots and fresh tokens."""

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from app.core.redis import RedisDown
from app.realtime import pages, publish, snapshots
from app.realtime.publish import Message
from app.security import limits

MOST_CHANNELS = 200

bp = Blueprint("realtime", __name__, url_prefix="/live")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/messages")
@limits.limiter.limit(limits.API_READ)
def show_messages() -> Response:
    """The public state channels that `channel` names, as they are now. The epoch is null when Redis cannot tell it."""
    messages = snapshots.read(request.args.getlist("channel")[:MOST_CHANNELS])
    try:
        epoch = publish.current_epoch()
    except RedisDown:
        epoch = None
    return jsonify(epoch=epoch, messages=[envelope(message) for message in messages])


def envelope(message: Message) -> dict[str, Any]:
    language = pages.language()
    return {
        "type": "message",
        "channel": message.channel,
        "event": message.event,
        "version": message.version,
        "ts": message.ts,
        "data": message.data,
        "content": (message.content or {}).get(language),
    }


@bp.post("/tokens")
@limits.limiter.limit(limits.API_READ)
def renew_tokens() -> Response:
    channel = pages.private_channel()
    return jsonify(connection=pages.connection_token(), channels={channel: pages.subscription_token(channel)})
