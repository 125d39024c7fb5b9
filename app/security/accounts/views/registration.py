"""Opening an account: the form, and the mail's link."""

from flask import Blueprint, flash, make_response, render_template, request
from werkzeug.wrappers import Response

from app.core.http import safe_next, see_other
from app.security import access, limits
from app.security.accounts import registration
from app.security.accounts.forms import ConfirmForm, RegisterForm
from app.security.entering import let_in
from app.security.errors import WeakPassword, WrongCredentials

bp = Blueprint("registration", __name__, url_prefix=registration.PATH)


@bp.get("")
def show_form() -> Response:
    if access.current_user():
        return see_other(safe_next(request.args.get("next")))
    return page(RegisterForm(formdata=None))


@bp.post("")
@limits.limiter.limit(limits.REGISTER)
@limits.limiter.limit(
    limits.LINK_TO_ADDRESS, key_func=limits.account_key, exempt_when=limits.names_no_account
)
def register() -> Response:
    """The answer is the same whether the address has an account or not."""
    form = RegisterForm()
    if not form.validate_on_submit():
        return page(form, 422)
    path = safe_next(request.form.get("next"))
    try:
        registration.register(form.email.data, form.name.data, form.password.data, path)
    except WeakPassword as error:
        form.password.errors = [error.detail]
        return page(form, 422)
    return make_response(render_template("security/register_sent.html", email=form.email.data, next=path))


@bp.get("/<token>")
def show_confirmation(token: str) -> Response:
    registration.find_registration(token)
    return confirmation_page(ConfirmForm(formdata=None), token)


@bp.post("/<token>")
@limits.limiter.limit(limits.LOGIN)
def confirm(token: str) -> Response:
    form = ConfirmForm()
    if not form.validate_on_submit():
        return confirmation_page(form, token, 422)
    try:
        session_id, path = registration.confirm(token, form.password.data)
    except WrongCredentials:
        form.password.errors = ["This is not the password that you chose. If you forgot it, register again."]
        return confirmation_page(form, token, 422)
    flash("Your account is open.", "success")
    return let_in(session_id, path)


def page(form: RegisterForm, status: int = 200) -> Response:
    path = safe_next(request.values.get("next"))
    return make_response(render_template("security/register.html", form=form, next=path), status)


def confirmation_page(form: ConfirmForm, token: str, status: int = 200) -> Response:
    email = registration.find_registration(token).email
    return make_response(
        render_template("security/confirm.html", form=form, token=token, email=email), status
    )
