"""The tokens of programs: listed, made, shown once, and revoked."""

from flask import Blueprint, flash, render_template
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import DomainError
from app.core.forms import OnceForm, answer_form, place_error, renew_key, submit_once
from app.core.http import fresh, see_other
from app.security import tokens
from app.security.access import current_caller
from app.security.staff import programs
from app.security.staff.forms import ProgramForm
from app.security.staff.views.guard import admins_only, doer

PATH = "/staff/programs"
MOST_ID = "int(max=2147483647)"

bp = Blueprint("programs", __name__, url_prefix=PATH)


@bp.get("")
@admins_only
def show_programs() -> str:
    return programs_page()


@bp.post("")
@admins_only
def post_program() -> Response | tuple[str, int]:
    form = ProgramForm()
    made: list[str] = []

    def act() -> str:
        made[:] = [tokens.create_token(form.name.data, form.scopes.data, form.days.data, doer())]
        return f"The token {form.name.data} is made."

    if not form.validate_on_submit():
        return programs_page(form), 422
    try:
        message = submit_once(form, current_caller().name, act)
    except DomainError as error:
        db.session.rollback()
        place_error(error, form)
        renew_key(form)
        return programs_page(form), 422
    return show_once(made, form.name.data, message)


@bp.post(f"/<{MOST_ID}:token_id>/revocation")
@admins_only
def post_revocation(token_id: int) -> Response:
    def act() -> str:
        return f"{programs.revoke_program(token_id, doer())} opens nothing any more."

    return answer_form(OnceForm(), current_caller().name, PATH, act, programs_page)


def show_once(made: list[str], name: str, message: str) -> Response:
    """The token is kept nowhere, so a form that comes again cannot be answered with it."""
    if made:
        return fresh(render_template("security/program.html", path=PATH, name=name, token=made[0]))
    flash(f"{message} It was shown once; if you did not keep it, revoke it and make another.", "info")
    return see_other(PATH)


def programs_page(form: ProgramForm | None = None) -> str:
    active, ended = programs.list_programs()
    return render_template(
        "security/programs.html",
        path=PATH,
        active=active,
        ended=ended,
        explanations=programs.EXPLANATIONS,
        form=form or ProgramForm(formdata=None),
        button_form=OnceForm(formdata=None),
    )
