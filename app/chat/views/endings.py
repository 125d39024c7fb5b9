"""The end of a conversation: what the shopper says of it, and ending it."""

from flask import Blueprint
from werkzeug.wrappers import Response

from app.chat import ratings
from app.chat.access import current_actor
from app.chat.desk import endings
from app.chat.forms.support import RatingForm
from app.chat.views.conversation import get_own_room, path_of, state_answer
from app.core.database import run_transaction
from app.core.http import is_fragment_request, see_other

bp = Blueprint("chat_endings", __name__, url_prefix="/chat/rooms")


@bp.post("/<room_id>/rating")
def post_rating(room_id: str) -> Response:
    actor, room, form = current_actor(), get_own_room(room_id), RatingForm()
    if not form.validate_on_submit():
        return state_answer(room, 422, rating_form=form)
    score, comment = form.score.data or 0, (form.comment.data or "").strip()
    run_transaction(lambda: ratings.rate_room(room, actor, score, comment))
    return state_answer(room) if is_fragment_request() else see_other(path_of(room))


@bp.post("/<room_id>/end")
def post_end(room_id: str) -> Response:
    actor, room = current_actor(), get_own_room(room_id)
    run_transaction(lambda: endings.end_chat(room, actor))
    return state_answer(room) if is_fragment_request() else see_other(path_of(room))
