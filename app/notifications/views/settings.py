"""What somebody is told about, how, and when not: saved with each click, or as a form like any other."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, make_response, render_template, request
from werkzeug.wrappers import Response

from app.core.database import db, read_now, run_transaction
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import OnceForm, place_error, renew_key
from app.core.http import is_fragment_request, see_other
from app.notifications.choices import quiet, table
from app.notifications.choices.quiet import Quiet
from app.notifications.forms.settings import HoursForm, read_minutes, write_time
from app.notifications.views.bell import PATH as LIST
from app.security import access

PATH = f"{LIST}/settings"
NAMES = {"page": "In the shop", "push": "On your devices", "email": "By mail"}
SOURCE = "settings"

bp = Blueprint("notification_settings", __name__, url_prefix=PATH)


@bp.get("")
def show_settings() -> str:
    return render_template("notifications/settings.html", **context())


def context(hours: HoursForm | None = None, said: str = "") -> dict[str, Any]:
    subject = access.subject()
    kept = quiet.read_quiet(subject)
    return {
        "path": PATH,
        "names": NAMES,
        "channels": table.channels_shown(subject),
        "rows": table.read_table(subject),
        "hours": hours or hours_form(kept),
        "knows_zone": hours is not None or kept.start is not None,
        "has_hours": kept.start is not None,
        "paused_until": kept.paused_until if (kept.paused_until or 0) > read_now() else None,
        "said": said,
    }


def hours_form(kept: Quiet) -> HoursForm:
    return HoursForm(
        formdata=None, quietStart=write_time(kept.start), quietEnd=write_time(kept.end), zone=zone_of(kept)
    )


def zone_of(kept: Quiet) -> str:
    """Until somebody says where they are, they are where the shop is."""
    return kept.zone if kept.start is not None else str(current_app.config["SETTINGS"].SHOP_TIMEZONE)


@bp.post("/choices")
def post_choices() -> Response:
    """A script sends the one `cell` that was clicked, a form the whole table and what it showed before."""
    chosen = set(request.form.getlist("chosen"))
    cells = request.form.getlist("cell") or set(request.form.getlist("shown")) ^ chosen
    changes = [(name, name in chosen) for name in cells]
    subject = access.subject()

    def act() -> str:
        table.choose(subject, changes, SOURCE)
        return "Saved."

    return answer("_said", OnceForm(), act)


@bp.post("/hours")
def post_hours() -> Response:
    form, subject = HoursForm(), access.subject()

    def act() -> str:
        if "off" in request.form:
            quiet.set_hours(subject, None, None, "UTC")
            return "No quiet hours any more."
        start, end = read_minutes(form.quietStart), read_minutes(form.quietEnd)
        quiet.set_hours(subject, start, end, (form.zone.data or "").strip())
        return "Your quiet hours are saved." if start is not None else "No quiet hours."

    return answer("_hours", form, act)


@bp.post("/pause")
def post_pause() -> Response:
    subject, choice = access.subject(), request.form.get("pause", "")

    def act() -> str:
        until = quiet.end_of_pause(choice, zone_of(quiet.read_quiet(subject)), read_now())
        quiet.set_pause(subject, until)
        return "Paused." if until else "Notifications come again."

    return answer("_pause", OnceForm(), act)


def answer(part: str, form: OnceForm, act: Callable[[], str]) -> Response:
    """Every one of these may be sent twice: it sets what is to be, so that no key has to tell."""
    said, status = "", 200
    try:
        said = run_transaction(act)
    except DomainError as error:
        db.session.rollback()
        place_error(error, form)
        status = STATUS[error.kind]
    renew_key(form)
    shown = form if isinstance(form, HoursForm) and status != 200 else None
    if is_fragment_request():
        return make_response(render_template(f"notifications/{part}.html", **context(shown, said)), status)
    if said:
        flash(said, "success")
        return see_other(PATH)
    return make_response(render_template("notifications/settings.html", **context(shown)), status)
