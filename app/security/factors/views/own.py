"""The second factor of one's own account: set up, moved to another phone, switched off, and its recovery codes."""

from flask import Blueprint, current_app, flash, render_template, request
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import DomainError
from app.core.forms import OnceForm, answer_form, place_error, renew_key, submit_once
from app.core.http import see_other
from app.security import access, limits, sessions
from app.security.access import current_caller
from app.security.factors import recovery_codes, second_factor
from app.security.factors.forms import SetUpForm
from app.security.factors.views.parts import codes_page, set_up_page
from app.security.fresh import fresh_required
from app.security.models import User

PATH = "/account/second-factor"

bp = Blueprint("second_factor", __name__, url_prefix=PATH)


@bp.get("")
@fresh_required
def show_factor() -> str:
    return factor_page()


@bp.get("/set-up")
@fresh_required
def show_set_up() -> Response:
    return set_up_page(owner(), SetUpForm(formdata=None), request.path)


@bp.post("/set-up")
@limits.limiter.limit(limits.LOGIN)
@fresh_required
def post_set_up() -> Response:
    user, form = owner(), SetUpForm()
    if not form.validate_on_submit():
        return set_up_page(user, form, request.path, 422)
    codes = recovery_codes.make_codes()
    made: list[str] = []

    def act() -> str:
        second_factor.set_up(user, shown, hashes)
        sessions.end_others(user.id)
        made[:] = codes
        return "Your second factor is set up."

    try:
        shown = second_factor.check_offer(user, form.sealed.data, form.code.data)
        hashes = recovery_codes.hash_codes(user, codes)
        message = submit_once(form, current_caller().name, act)
    except DomainError as error:
        db.session.rollback()
        form.code.errors = [error.title]
        renew_key(form)
        return set_up_page(user, form, request.path, 422)
    return show_once(made, message)


@bp.post("/codes")
@limits.limiter.limit(limits.LOGIN)
@fresh_required
def post_codes() -> Response | tuple[str, int]:
    user, form = owner(), OnceForm()
    codes = recovery_codes.make_codes()
    hashes = recovery_codes.hash_codes(user, codes)
    made: list[str] = []

    def act() -> str:
        second_factor.renew_codes(user, hashes)
        made[:] = codes
        return "Your recovery codes are made."

    if not form.validate_on_submit():
        return factor_page(form), 422
    try:
        return show_once(made, submit_once(form, current_caller().name, act))
    except DomainError as error:
        db.session.rollback()
        place_error(error, form)
        renew_key(form)
        return factor_page(form), 422


@bp.post("/removal")
@fresh_required
def post_removal() -> Response:
    user, form = owner(), OnceForm()

    def act() -> str:
        second_factor.switch_off(user)
        return "Your second factor is switched off."

    return answer_form(form, current_caller().name, PATH, act, lambda: factor_page(form))


def show_once(made: list[str], message: str) -> Response:
    """The codes are kept nowhere, so a form that comes again cannot be answered with them."""
    if made:
        return codes_page(made, PATH)
    flash(f"{message} The recovery codes were shown once; make new ones if you did not keep them.", "info")
    return see_other(PATH)


def owner() -> User:
    """Behind `fresh_required`."""
    user = access.current_user()
    assert user is not None
    return user


def factor_page(form: OnceForm | None = None) -> str:
    user = owner()
    is_needed = current_app.config["SETTINGS"].staff_need_second_factor and user.is_staff
    return render_template(
        "security/second_factor.html",
        path=PATH,
        since=user.second_factor_since,
        left=recovery_codes.count_left(user.id),
        most=recovery_codes.COUNT,
        is_needed=is_needed,
        form=form or OnceForm(formdata=None),
    )
