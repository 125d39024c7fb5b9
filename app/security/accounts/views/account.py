"""One's own account: who one is here, the password, and where one is signed in."""

from flask import Blueprint, flash, make_response, render_template
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from app.core.forms import answer_form
from app.core.http import see_other
from app.security import access, limits
from app.security.accounts import own_sessions, profile
from app.security.accounts.forms import AddressForm, NameForm, PasswordForm, SessionForm
from app.security.entering import let_in
from app.security.errors import TooManyTries, WeakPassword, WrongCredentials
from app.security.models import ROLES, User
from app.security.views import answer_wait, wait_words

PATH = "/account"
WRONG = "That is not your password."

bp = Blueprint("account", __name__, url_prefix=PATH)
signed_in = access.role_required(*ROLES)


@bp.get("")
@signed_in
def show_account() -> Response:
    return make_response(page())


@bp.post("/name")
@signed_in
def change_name() -> Response:
    form, user = NameForm(), owner()

    def act() -> str:
        profile.change_name(user, form.name.data)
        return "Your name is changed."

    return answer_form(form, access.subject(), PATH, act, lambda: page(name=form))


@bp.post("/address")
@limits.limiter.limit(limits.LINK_TO_ADDRESS, key_func=access.subject)
@signed_in
def request_address() -> Response:
    form = AddressForm()
    if not form.validate_on_submit():
        return make_response(page(address=form), 422)
    try:
        profile.request_address(owner(), form.email.data, form.address_password.data)
    except WrongCredentials:
        form.address_password.errors = [WRONG]
        return make_response(page(address=form), 422)
    except TooManyTries as error:
        form.address_password.errors = [wait_words(error)]
        return answer_wait(page(address=form), error)
    flash(f"We sent a link to {form.email.data}. Your address changes when you open it.", "success")
    return see_other(PATH)


@bp.post("/password")
@signed_in
def change_password() -> Response:
    form = PasswordForm()
    if not form.validate_on_submit():
        return make_response(page(password=form), 422)
    try:
        session_id = profile.change_password(owner(), form.current_password.data, form.new_password.data)
    except WrongCredentials:
        form.current_password.errors = [WRONG]
    except WeakPassword as error:
        form.new_password.errors = [error.detail]
    except TooManyTries as error:
        form.current_password.errors = [wait_words(error)]
        return answer_wait(page(password=form), error)
    else:
        flash("Your password is changed, and you are signed out everywhere else.", "success")
        return let_in(session_id, PATH)
    return make_response(page(password=form), 422)


@bp.post("/sessions")
@signed_in
def end_sessions() -> Response:
    form = SessionForm()
    if not form.validate_on_submit():
        return make_response(page(), 422)
    if form.session.data:
        own_sessions.end_session(owner(), form.session.data)
        flash("That browser is signed out.", "success")
    else:
        own_sessions.end_others(owner())
        flash("You are signed out everywhere else.", "success")
    return see_other(PATH)


def owner() -> User:
    user = access.current_user()
    assert user is not None, "the view is for people who are signed in"
    return user


def page(**sent: FlaskForm) -> str:
    """`sent` is the form that cannot be taken as it is; the others are as on a page just opened."""
    user = owner()
    forms = {
        "name": NameForm(formdata=None, name=user.name),
        "address": AddressForm(formdata=None),
        "password": PasswordForm(formdata=None),
    }
    sessions = own_sessions.list_sessions(user)
    return render_template("security/account.html", user=user, forms={**forms, **sent}, sessions=sessions)
