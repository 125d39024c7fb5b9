"""Canned replies: what there is, and changing it."""

from collections.abc import Callable

from flask import Blueprint, flash, make_response, render_template
from werkzeug.wrappers import Response

from app.chat.access import current_actor
from app.chat.console import canned
from app.chat.forms.shelf import ReplyForm
from app.core.database import db
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import OnceForm, renew_key, submit_once
from app.core.http import see_other
from app.security.access import current_caller, role_required

PATH = "/staff/chat/replies"

bp = Blueprint("chat_replies", __name__, url_prefix=PATH)


@bp.get("")
@role_required("agent")
def list_replies() -> Response:
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
def show_reply(reply_id: int) -> Response:
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
    def remove() -> str:
        canned.delete_canned(reply_id)
        return "The reply is deleted."

    return submit(OnceForm(), remove)


def submit(form: OnceForm, act: Callable[[], str], reply_id: int = 0) -> Response:
    status = 422
    if form.validate_on_submit():
        try:
            flash(submit_once(form, current_caller().name, act), "success")
            return see_other(PATH)
        except DomainError as error:
            db.session.rollback()
            place(form, error)
            status = STATUS[error.kind]
            renew_key(form)
    return page(form if isinstance(form, ReplyForm) else ReplyForm(formdata=None), reply_id, status)


def place(form: OnceForm, error: DomainError) -> None:
    """At the field that is wrong, where the error names one."""
    for mistake in error.facts.get("errors") or [{"field": "shortcut", "message": error.detail}]:
        field = form[mistake["field"]] if mistake["field"] in form else None
        if field is None:
            form.form_errors.append(mistake["message"])
        else:
            field.errors = [*field.errors, mistake["message"]]


def page(form: ReplyForm, reply_id: int = 0, status: int = 200) -> Response:
    context = {
        "replies": canned.list_canned(),
        "form": form,
        "reply_id": reply_id,
        "plain": OnceForm(formdata=None),
    }
    return make_response(render_template("chat/replies.html", **context), status)
