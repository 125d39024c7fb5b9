"""What the page's socket client asks over HTTP: what it missed, and fresh tokens."""

from flask import Blueprint, Flask, Response, jsonify, request

from app.core.http import UnsupportedMediaType, only_reads, parse_json, read_json
from app.realtime import pages, recover
from app.realtime.questions import read_questions
from app.realtime.schemas import TokenRequest
from app.security import limits

bp = Blueprint("realtime", __name__, url_prefix="/live")


def init_app(app: Flask) -> None:
    recover.init_app(app)
    app.register_blueprint(bp)


@bp.after_request
def open_to_pages_elsewhere(response: Response) -> Response:
    """What was missed, to any page. A browser that reads it sends no cookie with it, so that no private channel opens."""
    if request.endpoint == f"{bp.name}.{show_missed.__name__}":
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response


@bp.post("/recover")
@limits.limiter.limit(limits.API_READ)
@only_reads
def show_missed() -> Response:
    """What was missed of up to 200 channels, for a page that cannot open a socket and asks every few seconds instead.

    Takes `{"lang": "en", "channels": [{"channel": "stock:VASE", "since": {"version": 118}},
    {"channel": "shop", "since": {"offset": 41, "epoch": "k3f"}}]}`. The `since` of a state channel is the version that the
    page shows, that of an event channel the offset and epoch of its last message; without it the newest state comes, and
    events cannot be recovered. Private channels are open to whoever the session cookie belongs to: no token is needed.

    Answers as a socket does to `subscribe`, with what it would send after it:
    `{"type": "subscribed", "epoch": "k3f", "channels": {...}, "messages": [...]}`. Each channel is one of

    - `{"mode": "state" or "event", "offset", "version" (state only), "recovered", "missed"}`. `recovered` false: what was
      missed is not there any more (over 300 events, an hour, another epoch), so fetch what the channel stands for.
    - `{"mode": "presence", "recovered": true, "missed": 0, "count", "members" (private only)}`. Asking is not being there.
      Without `count` nobody can tell right now.
    - `{"error": "unknown_channel", "forbidden", "bad_request" or "too_many"}`.

    The messages are those of `missed`, in their order within each channel, in the same envelope as on a socket. While
    Redis is down `epoch` and every `offset` are null, state comes from the database, and events wait: ask again. Such
    messages, and those of a state that Redis has forgotten, have no `offset` and `epoch`; their `version` counts as ever.

    Public channels are looked up once a second for all who ask, so an answer is at most a second old.
    """
    if not request.is_json:
        raise UnsupportedMediaType()
    questions = read_questions(parse_json(request.get_data()))
    answer = recover.recover(
        questions.wanted.values(), pages.may_listen, questions.language or pages.language()
    )
    return jsonify(
        type="subscribed",
        epoch=answer.epoch,
        channels=answer.channels | questions.refused,
        messages=answer.messages,
    )


@bp.post("/tokens")
@limits.limiter.limit(limits.API_READ)
def renew_tokens() -> Response:
    """Takes `{"channels": ["room:4f"]}`, or nothing. A channel that the page may not hear any longer gets no token."""
    named = read_json(TokenRequest).channels if request.get_data() else []
    return jsonify(connection=pages.connection_token(), channels=pages.subscription_tokens(named))
