"""What the pages of the desk's settings have in common: who may, which pages there are, and how a form is sent."""

from collections.abc import Callable

from flask import flash, make_response
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import OnceForm, renew_key, submit_once
from app.core.http import see_other
from app.security.access import current_caller

PATH = "/staff/chat/settings"
PAGES = (
    (PATH, "Departments"),
    (f"{PATH}/hours", "Opening hours"),
    (f"{PATH}/filters", "Filter rules"),
    (f"{PATH}/keeping", "Keeping"),
)


def submit(form: OnceForm, path: str, act: Callable[[], str], again: Callable[[], str]) -> Response:
    """Act once and go to `path` with the message; or show the page again with what was typed and what is wrong."""
    if not form.validate_on_submit():
        return make_response(again(), 422)
    try:
        flash(submit_once(form, current_caller().name, act), "success")
    except DomainError as error:
        db.session.rollback()
        show(error, form)
        renew_key(form)
        return make_response(again(), STATUS[error.kind])
    return see_other(path)


def show(error: DomainError, form: OnceForm) -> None:
    """At the fields that it names, or else above them."""
    named = [each for each in error.facts.get("errors", []) if each["field"] in form]
    for each in named:
        field = form[each["field"]]
        field.errors = [*field.errors, each["message"]]
    if not named:
        form.form_errors.append(error.detail)
