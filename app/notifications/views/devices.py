"""The list of somebody's devices: each can be tried and switched off, also from another one and without JavaScript."""

from flask import Blueprint, flash, render_template
from werkzeug.wrappers import Response

from app.core.forms import OnceForm, submit_once
from app.core.http import is_fragment_request, see_other
from app.notifications.devices import subscriptions, trials
from app.security import access
from app.security.limits import limiter

PATH = "/notifications/devices"
SETTINGS = "/notifications/settings#devices"
TRIAL = "1 per 10 seconds"

bp = Blueprint("push_devices", __name__, url_prefix=PATH)


@bp.get("")
def show_list() -> str | Response:
    """For a settings page on which this browser was switched on or off."""
    return (
        render_template("notifications/_device_list.html") if is_fragment_request() else see_other(SETTINGS)
    )


@bp.post("/<device_id>/off")
def post_off(device_id: str) -> Response:
    subject, form = access.subject(), OnceForm()

    def act() -> str:
        subscriptions.unsubscribe(subject, device_id)
        return f"{subscriptions.get_device(subject, device_id).label} gets nothing any more."

    flash(submit_once(form, subject, act), "success")
    return see_other(SETTINGS)


@bp.post("/<device_id>/test")
@limiter.limit(TRIAL, key_func=access.subject)
def post_test(device_id: str) -> Response:
    subject, form = access.subject(), OnceForm()

    def act() -> str:
        label = trials.send_trial(subject, device_id)
        return f"A test is on its way to {label}. It appears within a few seconds."

    flash(submit_once(form, subject, act), "success")
    return see_other(SETTINGS)
