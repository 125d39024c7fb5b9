"""Inviting colleagues, sending it again, and taking it back."""

from collections.abc import Callable

from flask import Blueprint
from werkzeug.wrappers import Response

from app.core.forms import OnceForm, answer_form
from app.security import limits
from app.security.access import current_caller
from app.security.staff import invitations
from app.security.staff.forms import InviteForm
from app.security.staff.views.guard import admins_only, doer
from app.security.staff.views.people import PATH, people_page

bp = Blueprint("invitations", __name__, url_prefix=f"{PATH}/invitations")


@bp.post("")
@limits.limiter.limit(limits.LOGIN)
@admins_only
def post_invitation() -> Response:
    form = InviteForm()

    def act() -> str:
        invitations.invite(form.email.data, form.role.data, doer())
        return f"An invitation is on its way to {form.email.data}."

    return answer(form, act, lambda: people_page(form))


@bp.post("/<invitation_id>/sending")
@limits.limiter.limit(limits.LOGIN)
@admins_only
def post_sending(invitation_id: str) -> Response:
    def act() -> str:
        return f"Another link is on its way to {invitations.send_again(invitation_id, doer())}."

    return answer(OnceForm(), act, people_page)


@bp.post("/<invitation_id>/withdrawal")
@admins_only
def post_withdrawal(invitation_id: str) -> Response:
    def act() -> str:
        invitations.withdraw(invitation_id, doer())
        return "The invitation is withdrawn, and its link opens nothing."

    return answer(OnceForm(), act, people_page)


def answer(form: OnceForm, act: Callable[[], str], again: Callable[[], str]) -> Response:
    return answer_form(form, current_caller().name, PATH, act, again)
