"""Signing in and out, and the guard that refuses forms from elsewhere."""

from typing import Any

from flask import Blueprint, Flask, current_app, flash, make_response, render_template, request
from flask import session as visitor_session
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.wrappers import Response

from app.core import navigation
from app.core.http import safe_next, see_other
from app.security import access, entering, forgery, limits, recovery, sessions
from app.security.accounts import known_browsers, logins
from app.security.errors import CsrfRefused, TooManyTries, WeakPassword, WrongCredentials
from app.security.forms import LinkForm, LoginForm, PasswordForm
from app.security.threats import signals

bp = Blueprint("security", __name__)


def init_app(app: Flask) -> None:
    forgery.init_app(app)
    sessions.init_app(app)
    app.register_error_handler(CSRFError, refuse_csrf)
    app.register_blueprint(bp)


def refuse_csrf(_: CSRFError) -> Any:
    signals.note("bad_csrf")
    return current_app.handle_user_exception(CsrfRefused())


@bp.get("/login")
def show_login() -> str | Response:
    if access.current_user():
        return see_other(safe_next(request.args.get("next")))
    return login_page(LoginForm(), None)


@bp.post("/login")
@limits.limiter.limit(limits.LOGIN)
def log_in() -> str | Response | tuple[str, int]:
    form = LoginForm()
    if not form.validate_on_submit():
        return login_page(form, None), 422
    try:
        proven = logins.check_password(form.email.data, form.password.data)
        return entering.go_on(proven, request.form.get("next"))
    except WrongCredentials as error:
        return login_page(form, error.title), 422
    except TooManyTries as error:
        return answer_wait(login_page(form, wait_words(error)), error)


def wait_words(error: TooManyTries) -> str:
    seconds = error.facts["seconds"]
    wait = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
    return f"{error.title}. Wait {wait}, or set a new password by mail."


def answer_wait(page: str, error: TooManyTries) -> Response:
    response = make_response(page, 429)
    response.headers["Retry-After"] = str(error.facts["seconds"])
    return response


def login_page(form: LoginForm, error: str | None) -> str:
    accounts = current_app.config.get("DEMO_ACCOUNTS", ()) if current_app.config["SETTINGS"].is_demo else ()
    return render_template(
        "security/login.html",
        form=form,
        error=error,
        demo_accounts=accounts,
        next=safe_next(request.values.get("next")),
    )


@bp.post("/logout")
def log_out() -> Response:
    sessions.log_out()
    visitor_session.clear()
    response = see_other("/")
    sessions.clear_cookie(response)
    flash("You are signed out.", "success")
    return response


@bp.get("/password")
def show_link_form() -> str:
    return render_template("security/password_link.html", form=LinkForm(), sent=False)


@bp.post("/password")
@limits.limiter.limit(limits.LOGIN)
@limits.limiter.limit(
    limits.LINK_TO_ADDRESS, key_func=limits.account_key, exempt_when=limits.names_no_account
)
def request_link() -> str | tuple[str, int]:
    form = LinkForm()
    if not form.validate_on_submit():
        return render_template("security/password_link.html", form=form, sent=False), 422
    recovery.request_link(form.email.data)
    return render_template("security/password_link.html", form=form, sent=True)


@bp.get("/password/<token>")
def show_password_form(token: str) -> str:
    recovery.find_owner(token)
    return render_template("security/password.html", form=PasswordForm(), token=token)


@bp.post("/password/<token>")
@limits.limiter.limit(limits.LOGIN)
def set_password(token: str) -> str | Response | tuple[str, int]:
    form = PasswordForm()
    if not form.validate_on_submit():
        return render_template("security/password.html", form=form, token=token), 422
    try:
        proven = recovery.set_password(token, form.password.data)
    except WeakPassword as error:
        form.password.errors = [error.detail]
        return render_template("security/password.html", form=form, token=token), 422
    flash("Your new password is set. Sign in with it.", "success")
    response = see_other("/login")
    # Whoever reads the owner's mail is no stranger, however many of those are failing at the moment.
    known_browsers.remember(response, proven.public_id, proven.password_hash)
    return response


def page_context() -> dict[str, Any]:
    user = access.current_user()
    role = user.role if user else "guest"
    viewer = {"name": user.name if user else None, "role": role, "is_staff": bool(user and user.is_staff)}
    return {
        "viewer": viewer,
        "staff_nav": navigation.staff_groups(role),
        "csrf_token": generate_csrf,
        "retry_after": limits.seconds_left(),
    }
