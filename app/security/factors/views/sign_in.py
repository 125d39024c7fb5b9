"""What follows a right password: a code, a second factor that has to be set up first, or the page that was asked for."""

from urllib.parse import quote

from flask import Blueprint, flash, render_template, request
from werkzeug.wrappers import Response

from app.core.http import fresh, see_other
from app.security import access, limits
from app.security.accounts import profile
from app.security.entering import go_on, let_in, sign_in_with
from app.security.errors import TooManyTries, WrongCredentials
from app.security.factors import pending, recovery_codes, second_factor, sign_in
from app.security.factors.errors import LoginTooOld, SetUpTooOld, TooManyCodes, WrongCode
from app.security.factors.forms import AgainForm, CodeForm, SetUpForm
from app.security.factors.views.parts import codes_page, set_up_page, way_back
from app.security.models import User
from app.security.views import wait_words

bp = Blueprint("second_factor_login", __name__, url_prefix="/login")


@bp.get("/code")
def show_code() -> Response:
    user = pending.find_user()
    if user is None or pending.lacks_factor(user):
        return start_over()
    return code_page(user, CodeForm(formdata=None))


@bp.post("/code")
@limits.limiter.limit(limits.LOGIN)
def post_code() -> Response:
    user, form = pending.find_user(), CodeForm()
    if user is None:
        return start_over()
    if not form.validate_on_submit():
        return code_page(user, form, 422)
    try:
        session_id = sign_in.finish_with_code(user, form.code.data)
    except LoginTooOld:
        return start_over()
    except (WrongCode, TooManyCodes) as error:
        form.code.errors = [error.title]
        return code_page(user, form, 422)
    return let_in(session_id, way_back())


@bp.get("/second-factor")
def show_set_up() -> Response:
    user = pending.find_user()
    if user is None or not pending.lacks_factor(user):
        return start_over()
    return set_up_page(user, SetUpForm(formdata=None), request.path)


@bp.post("/second-factor")
@limits.limiter.limit(limits.LOGIN)
def post_set_up() -> Response:
    user, form = pending.find_user(), SetUpForm()
    if user is None or not pending.lacks_factor(user):
        return start_over()
    if not form.validate_on_submit():
        return set_up_page(user, form, request.path, 422)
    codes = recovery_codes.make_codes()
    try:
        shown = second_factor.check_offer(user, form.sealed.data, form.code.data)
        session_id = sign_in.finish_with_set_up(user, shown, recovery_codes.hash_codes(user, codes))
    except LoginTooOld:
        return start_over()
    except (WrongCode, SetUpTooOld) as error:
        form.code.errors = [error.title]
        return set_up_page(user, form, request.path, 422)
    return sign_in_with(session_id, codes_page(codes, way_back()))


@bp.get("/again")
def show_again() -> Response:
    user = access.current_user()
    return again_page(user, AgainForm(formdata=None)) if user else start_over("")


@bp.post("/again")
@limits.limiter.limit(limits.LOGIN)
def post_again() -> Response:
    user, form = access.current_user(), AgainForm()
    if user is None:
        return start_over("")
    if not form.validate_on_submit():
        return again_page(user, form, 422)
    try:
        return go_on(profile.check_again(user, form.password.data), way_back())
    except (WrongCredentials, TooManyTries) as error:
        form.password.errors = [wrong_password(error)]
        return again_page(user, form, 422)


def wrong_password(error: WrongCredentials | TooManyTries) -> str:
    return wait_words(error) if isinstance(error, TooManyTries) else "This is not your password"


def start_over(why: str = LoginTooOld.title) -> Response:
    if why:
        flash(why, "info")
    return see_other(f"/login?next={quote(way_back())}")


def code_page(user: User, form: CodeForm, status: int = 200) -> Response:
    with_recovery = request.values.get("with") == "recovery"
    page = render_template(
        "security/code.html", form=form, email=user.email, next=way_back(), with_recovery=with_recovery
    )
    return fresh(page, status)


def again_page(user: User, form: AgainForm, status: int = 200) -> Response:
    page = render_template("security/again.html", form=form, email=user.email, next=way_back())
    return fresh(page, status)
