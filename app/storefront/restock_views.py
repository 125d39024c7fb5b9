"""The pages behind the links of a mail: yes, tell me, and no, do not.

A link only shows a page and its button acts, because programs that look through mails follow every link.
"""

from collections.abc import Callable

from flask import Blueprint, flash, render_template, request
from werkzeug.wrappers import Response

from app.core.forms import OnceForm, submit_once
from app.core.http import safe_next, see_other
from app.inventory import restocks
from app.security.access import current_caller

bp = Blueprint("restock", __name__, url_prefix=restocks.PATH)


@bp.get("/<token>")
def show_request(token: str) -> str:
    return render_template("storefront/restock.html", wish=restocks.get_wish(token), form=OnceForm())


@bp.post("/<token>")
def confirm_request(token: str) -> Response:
    act_once(restocks.confirm, token)
    return see_other(f"{restocks.PATH}/{token}")


@bp.get("/<token>/stop")
def show_stop(token: str) -> str:
    return render_template("storefront/restock_stop.html", wish=restocks.get_wish(token), form=OnceForm())


@bp.post("/<token>/stop")
def stop_request(token: str) -> Response:
    """Back to where the button was, or to a page that says so."""
    act_once(restocks.cancel, token)
    if "next" not in request.form:
        return see_other(f"{restocks.PATH}/stopped")
    flash("You are off the list.", "success")
    return see_other(safe_next(request.form["next"]))


@bp.get("/stopped")
def show_stopped() -> str:
    return render_template("storefront/restock_stopped.html")


def act_once(act: Callable[[str], None], token: str) -> None:
    def run() -> str:
        act(token)
        return "done"

    submit_once(OnceForm(), current_caller().name, run)
