"""The inbox: what runs out, since when, and who takes care of it."""

from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, render_template, request
from werkzeug.wrappers import Response

from app.core import http
from app.core.errors import DomainError
from app.core.forms import submit_once
from app.core.http import see_other
from app.inventory import alert_inbox, alert_queries
from app.inventory.alerts import acknowledge
from app.inventory.forms.alerts import AcknowledgeForm
from app.realtime.positions import note_positions
from app.security.access import current_caller, role_required

PATH = "/staff/inventory/alerts"
LARGEST_ID = 2**31 - 1

bp = Blueprint("alerts", __name__, url_prefix=PATH)


@bp.get("")
@role_required("staff", "agent")
def list_alerts() -> Response:
    note_positions("alerts")
    page = alert_inbox.get_page(heading(request.args.get("show")), request.args.get("page", 1, type=int))
    name = "inventory/_alerts.html" if http.is_fragment_request() else "inventory/alerts.html"
    response = make_response(
        render_template(name, page=page, form=AcknowledgeForm(), are_on=alert_queries.are_on())
    )
    response.headers["Vary"] = "HX-Request, HX-History-Restore-Request"
    return response


@bp.get("/count")
@role_required("staff", "agent")
def show_count() -> str:
    """For a page that missed what was pushed: the same fragment."""
    return render_template("inventory/alert_changed.push.html", count=alert_queries.count_waiting())


@bp.post("/acknowledge")
@role_required("staff")
def post_acknowledgement() -> Response:
    form, caller = AcknowledgeForm(), current_caller()
    chosen = [number for number in form.chosen if 0 < number <= LARGEST_ID]
    if not form.validate() or not chosen:
        flash("Tick the alerts to acknowledge, then press the button again.", "warning")
        return back(form)

    def act() -> str:
        taken = acknowledge(chosen, caller)
        if taken == 0:
            return "Nothing was left to acknowledge: somebody was first, or the stock is back."
        return f"{taken} alert{'' if taken == 1 else 's'} acknowledged. Others see your name beside it."

    try:
        flash(submit_once(form, caller.name, act), "success")
    except DomainError as error:
        flash(f"{error.detail or error.title}. Nothing was acknowledged; try again.", "error")
    return back(form)


def heading(name: str | None) -> str:
    return name if name in alert_inbox.SHOWN else "open"


def back(form: AcknowledgeForm) -> Response:
    return see_other(f"{PATH}?{urlencode({'show': heading(form.show.data), 'page': form.page.data or 1})}")
