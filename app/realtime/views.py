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
    """The public state channels that `channel` names, as they are now. The epoch is null when Redis cannot tell it.

    It is asked first: a new epoch with older messages would make a page keep their higher versions for good.
    """
    try:
        epoch = publish.current_epoch()
    except RedisDown:
        epoch = None
    messages = snapshots.read(request.args.getlist("channel")[:MOST_CHANNELS])
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
    channels = {name: pages.subscription_token(name) for name in pages.private_channels()}
    return jsonify(connection=pages.connection_token(), channels=channels)
