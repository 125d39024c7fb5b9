"""A shopper's own conversations: a copy of them, and deleting them."""

from flask import Blueprint, Response, flash, make_response, render_template, send_file
from werkzeug.wrappers import Response as BaseResponse

from app.chat.forms.data import CopyForm, EraseForm
from app.chat.keeping import erasure, exports
from app.core import storage
from app.core.forms import submit_once
from app.core.http import see_other
from app.security import access
from app.security.access import current_caller, current_user
from app.security.limits import limiter

PATH = "/support/data"
COPIES = "6 per hour"

bp = Blueprint("chat_data", __name__, url_prefix=PATH)


@bp.get("")
def show_data() -> Response:
    return page(CopyForm(formdata=None), EraseForm(formdata=None))


def page(copy_form: CopyForm, erase_form: EraseForm, status: int = 200) -> Response:
    rooms = erasure.rooms_of(access.subject())
    user = current_user()
    return make_response(
        render_template(
            "chat/data.html",
            count=len(rooms),
            held=sum(room.legal_hold for room in rooms),
            email=user.email if user else "",
            copy_form=copy_form,
            erase_form=erase_form,
            path=PATH,
        ),
        status,
    )


@bp.post("/copies")
@limiter.limit(COPIES, key_func=access.subject)
def post_copy() -> BaseResponse:
    """Goes to the link of the file; an account gets it by mail as well."""
    form, user = CopyForm(), current_user()
    if not form.validate_on_submit():
        return page(form, EraseForm(formdata=None), 422)

    def begin() -> str:
        return exports.begin_export(access.subject(), mail_to=user.email if user else "")

    return see_other(f"{PATH}/copies/{submit_once(form, access.subject(), begin)}")


@bp.get("/copies/<token>")
def show_copy(token: str) -> BaseResponse:
    """The file, for whoever has the link; until it is there a page that looks again by itself."""
    key = exports.find_export(token)
    if key is None:
        waiting = make_response(render_template("chat/data_waiting.html"), 202)
        waiting.headers["Refresh"] = "3"
        return waiting
    response = send_file(
        storage.open_blob(key), "application/zip", as_attachment=True, download_name="conversations.zip"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("/deletion")
def post_deletion() -> BaseResponse:
    form = EraseForm()
    if not form.validate_on_submit():
        return page(CopyForm(formdata=None), form, 422)
    caller, subject = current_caller(), access.subject()

    def erase() -> str:
        count = erasure.begin_erasure(subject, actor=subject, role=caller.role)
        return f"Deleting {count} conversation{'' if count == 1 else 's'}; it is done within a minute."

    flash(submit_once(form, subject, erase), "success")
    return see_other(PATH)
