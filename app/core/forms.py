"""Forms that take effect once: a double click, a reload or a lost answer must not change stock twice."""

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField

from app.core import idempotency
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
