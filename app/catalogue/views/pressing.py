"""Buttons: forms without anything to fill in, so a refusal stands above the page that they were on."""

from collections.abc import Callable

from flask import flash
from werkzeug.wrappers import Response

from app.catalogue.forms.product import ActionForm
from app.core.errors import DomainError
from app.core.forms import submit_once
from app.core.http import see_other
from app.security.access import Caller, current_caller


def press(act: Callable[[Caller, str], str], back: str) -> Response:
    """Do what the button says, once, and return to the page. `act` takes who pressed it and the button's value."""
    form, caller = ActionForm(), current_caller()
    if form.validate_on_submit():
        try:
            flash(submit_once(form, caller.name, lambda: act(caller, form.value.data or "")), "success")
        except DomainError as error:
            flash(error.detail, "error")
    return see_other(back)
