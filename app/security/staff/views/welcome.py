"""The page that an invitation leads to: a name and a password, and in."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from app.core.http import fresh
from app.security import limits
from app.security.entering import go_on
from app.security.errors import WeakPassword
from app.security.staff import invitations
from app.security.staff.forms import WelcomeForm

START = {"agent": "/staff/chat", "staff": "/staff/inventory", "admin": "/staff/people"}

bp = Blueprint("welcome", __name__, url_prefix=invitations.PATH)


@bp.get("/<token>")
def show_welcome(token: str) -> Response:
    return welcome_page(token, WelcomeForm(formdata=None))


@bp.post("/<token>")
@limits.limiter.limit(limits.LOGIN)
def post_welcome(token: str) -> Response:
    form = WelcomeForm()
    if not form.validate_on_submit():
        return welcome_page(token, form, 422)
    try:
        proven = invitations.accept(token, form.name.data, form.password.data)
    except WeakPassword as error:
        form.password.errors = [error.detail]
        return welcome_page(token, form, 422)
    return go_on(proven, START[proven.role])


def welcome_page(token: str, form: WelcomeForm, status: int = 200) -> Response:
    invitation = invitations.find_invitation(token)
    page = render_template("security/welcome.html", form=form, token=token, invitation=invitation)
    return fresh(page, status)
