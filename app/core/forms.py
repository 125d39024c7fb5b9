"""Forms that take effect once: a double click, a reload or a lost answer must not change stock twice."""

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import flash, make_response, request
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField

from app.core import idempotency
from app.core.database import db
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.http import see_other
from app.core.idempotency import Answer


class OnceForm(FlaskForm):
    """`key` is made with the page and travels with every click on its button."""

    key = HiddenField(default=lambda: new_key())


def submit_once(form: OnceForm, caller: str, act: Callable[[], str]) -> str:
    """Run `act` in one transaction and return its message; a repeat of the same submission gets that message again.

    Raises KeyReused when the page was sent before with other values.
    """
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    answer = idempotency.once(
        f"{caller} {request.method} {request.path}",
        form.key.data or None,
        urlencode(sorted(fields)).encode(),
        lambda: Answer({"message": act()}, 200),
    )
    return str(answer.document["message"])


def answer_form(
    form: OnceForm, caller: str, path: str, act: Callable[[], str], again: Callable[[], str | Response]
) -> Response:
    """Act once and go to `path` with the message; or show the page `again`, with what was typed and what is wrong."""
    if not form.validate_on_submit():
        return make_response(again(), 422)
    try:
        flash(submit_once(form, caller, act), "success")
    except DomainError as error:
        db.session.rollback()
        place_error(error, form)
        renew_key(form)
        return make_response(again(), STATUS[error.kind])
    return see_other(path)


def place_error(error: DomainError, form: OnceForm) -> None:
    """At the fields that it names, or else above them."""
    named = [each for each in error.facts.get("errors", []) if each["field"] in form]
    for each in named:
        field = form[each["field"]]
        field.errors = [*field.errors, each["message"]]
    if not named:
        form.form_errors.append(
            error.facts["errors"][0]["message"] if error.facts.get("errors") else error.detail
        )


def submit_row(
    form: OnceForm, caller: str, row: str, values: str, act: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """The same for one row of a form, in a transaction of its own, so that one that fails leaves the others done."""
    scope, key = f"{caller} {request.method} {request.path}", f"{form.key.data}:{row}"
    return idempotency.once(scope, key, values.encode(), lambda: Answer(act(), 200)).document


def renew_key(form: OnceForm) -> None:
    """Let what is shown again be sent again."""
    form.key.data = new_key()


def new_key() -> str:
    return secrets.token_hex(16)
