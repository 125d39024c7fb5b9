"""Canned replies: what there is, and changing it."""

from collections.abc import Callable

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from app.chat.access import current_actor
from app.chat.console import canned
from app.chat.forms.shelf import ReplyForm
from app.core.forms import OnceForm, answer_form
from app.security.access import current_caller, role_required

PATH = "/staff/chat/replies"

bp = Blueprint("chat_replies", __name__, url_prefix=PATH)


@bp.get("")
@role_required("agent")
def list_replies() -> str:
    return page(ReplyForm(formdata=None))


@bp.post("")
@role_required("agent")
def post_reply() -> Response:
    form, actor = ReplyForm(), current_actor()

    def add() -> str:
        reply = canned.add_canned(form.shortcut.data or "", form.body.data or "", actor)
        return f"/{reply.shortcut} is saved."

    return submit(form, add)


@bp.get("/<int:reply_id>")
@role_required("agent")
def show_reply(reply_id: int) -> str:
    return page(ReplyForm(formdata=None, obj=canned.get_canned(reply_id)), reply_id)


@bp.post("/<int:reply_id>")
@role_required("agent")
def put_reply(reply_id: int) -> Response:
    form, actor = ReplyForm(), current_actor()

    def change() -> str:
        reply = canned.change_canned(reply_id, form.shortcut.data or "", form.body.data or "", actor)
        return f"/{reply.shortcut} is saved."

    return submit(form, change, reply_id)


@bp.post("/<int:reply_id>/removal")
@role_required("agent")
def remove_reply(reply_id: int) -> Response:
    actor = current_actor()

    def remove() -> str:
        canned.delete_canned(reply_id, actor)
        return "The reply is deleted."

    return submit(OnceForm(), remove)


def submit(form: OnceForm, act: Callable[[], str], reply_id: int = 0) -> Response:
    shown = form if isinstance(form, ReplyForm) else ReplyForm(formdata=None)
    return answer_form(form, current_caller().name, PATH, act, lambda: page(shown, reply_id))


def page(form: ReplyForm, reply_id: int = 0) -> str:
    context = {
        "replies": canned.list_canned(),
        "form": form,
        "reply_id": reply_id,
        "plain": OnceForm(formdata=None),
    }
    return render_template("chat/replies.html", **context)
