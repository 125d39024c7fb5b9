"""/api/realtime/push/preferences: what somebody is told about, how, and when not."""

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from app.core.database import read_now, run_transaction
from app.core.errors import Invalid
from app.core.http import read_json
from app.core.openapi import Operation, describes
from app.notifications.api.callers import ASKED_FOR, subject_for
from app.notifications.api.inbox import ASKED, READ
from app.notifications.api.inbox_schemas import PreferencesIn, PreferencesOut, QuietHours, preferences_out
from app.notifications.choices import quiet, table
from app.security.limits import API_READ, API_WRITE, limiter

SOURCE = "api"

bp = Blueprint("push_preferences_api", __name__, url_prefix="/api/realtime/push/preferences")


@bp.get("")
@limiter.limit(API_READ)
@describes(
    Operation(
        "What the caller is told about, and by which ways", PreferencesOut, errors=READ, query=ASKED_FOR
    )
)
def show_preferences() -> Response:
    return told(subject_for("push:read"))


def told(subject: str) -> Response:
    found = preferences_out(table.read_table(subject), quiet.read_quiet(subject), read_now())
    return jsonify(found.model_dump(mode="json"))


@bp.put("")
@limiter.limit(API_WRITE)
@describes(
    Operation(
        "Change what the caller is told about; what is left out stays as it is",
        PreferencesOut,
        takes=PreferencesIn,
        errors=ASKED,
        query=ASKED_FOR,
    )
)
def put_preferences() -> Response:
    subject, wanted = subject_for("push:write"), read_json(PreferencesIn)
    run_transaction(lambda: save(subject, wanted))
    return told(subject)


def save(subject: str, wanted: PreferencesIn) -> None:
    named = wanted.categories.items()
    changes = [
        (f"{name}:{channel}", enabled) for name, chosen in named for channel, enabled in chosen.items()
    ]
    refuse_unknown(subject, [name for name, _ in changes])
    table.choose(subject, changes, SOURCE)
    if "quietHours" in wanted.model_fields_set:
        set_hours(subject, wanted.quietHours)
    if "pausedUntil" in wanted.model_fields_set:
        until = wanted.pausedUntil
        quiet.set_pause(subject, None if until is None else round(until.timestamp() * 1000))


def refuse_unknown(subject: str, names: list[str]) -> None:
    """Raises Invalid for what there is not to be chosen."""
    offered = {
        cell.name for row in table.read_table(subject) for cell in row.cells if cell and not cell.fixed
    }
    errors = [
        {"field": f"categories.{name.replace(':', '.')}", "message": "There is no such choice"}
        for name in names
        if name not in offered
    ]
    if errors:
        raise Invalid(errors=errors)


def set_hours(subject: str, hours: QuietHours | None) -> None:
    if hours is None:
        quiet.set_hours(subject, None, None, "UTC")
    else:
        quiet.set_hours(subject, minutes(hours.start), minutes(hours.end), hours.zone)


def minutes(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)
