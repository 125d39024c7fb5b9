"""/api/realtime/push: the shop's key, and the browsers that take pushes."""

from flask import Blueprint, current_app, jsonify, request
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from app.core.database import run_transaction
from app.core.errors import DomainError, Forbidden, Invalid, NotFound, Unauthenticated
from app.core.http import Malformed, UnsupportedMediaType, read_json
from app.core.openapi import Operation, describes
from app.core.user_agents import describe_browser
from app.notifications.api.callers import ASKED_FOR, limit_for, login_key, person_key, subject_for
from app.notifications.api.device_schemas import (
    DeviceOut,
    Devices,
    NewSubscriptionIn,
    PushKey,
    SubscriptionIn,
    TrialOut,
    device_out,
)
from app.notifications.categories import get_category
from app.notifications.choices import table
from app.notifications.devices import renewals, subscriptions, trials
from app.notifications.devices.endpoints import BlockedEndpoint
from app.notifications.devices.subscriptions import KeyOutdated, Offered, SubscriptionLimit
from app.notifications.keys import vapid
from app.security.errors import CsrfRefused, TooManyRequests
from app.security.limits import API_READ, address_key, limiter

BY_PERSON, BY_ADDRESS = "10 per hour", "30 per hour"
RENEWALS = "60 per hour"
TRIAL = "1 per 10 seconds"

READ = (Unauthenticated, Forbidden, Invalid, TooManyRequests)
ASKED = (*READ, CsrfRefused)

bp = Blueprint("push_devices_api", __name__, url_prefix="/api/realtime/push")


class PushOff(DomainError):
    code, kind, title = "push_off", "missing", "This shop sends no push notifications"


SUBSCRIBES = (
    *ASKED,
    Malformed,
    UnsupportedMediaType,
    BlockedEndpoint,
    KeyOutdated,
    SubscriptionLimit,
    PushOff,
)


def expect_push() -> None:
    if not current_app.config["SETTINGS"].PUSH_ENABLE_WEB_PUSH:
        raise PushOff()


@bp.get("/key")
@limiter.limit(API_READ)
@describes(Operation("The key that browsers subscribe with", PushKey, errors=(TooManyRequests, PushOff)))
def show_key() -> Response:
    expect_push()
    return jsonify(PushKey(key=vapid.active_key().public, csrfToken=generate_csrf()).model_dump())


@bp.get("/subscriptions")
@limiter.limit(API_READ)
@describes(Operation("The devices that take the caller's pushes", Devices, errors=READ, query=ASKED_FOR))
def list_subscriptions() -> Response:
    found = subscriptions.list_devices(subject_for("push:read"))
    most = current_app.config["SETTINGS"].PUSH_MAX_SUBSCRIPTIONS_PER_USER
    return jsonify(Devices(items=[device_out(each) for each in found], most=most).model_dump(mode="json"))


@bp.post("/subscriptions")
@limiter.limit(limit_for(BY_ADDRESS), key_func=address_key)
@limiter.limit(limit_for(BY_PERSON), key_func=person_key)
@describes(
    Operation(
        "Have a browser take pushes; one that does so already goes on. 409 comes with `devices` where there are too many",
        DeviceOut,
        takes=NewSubscriptionIn,
        errors=(*SUBSCRIBES, NotFound),
        query=ASKED_FOR,
        statuses=((201, "On"),),
    )
)
def post_subscription() -> tuple[Response, int]:
    expect_push()
    subject, wanted = subject_for("push:write"), read_json(NewSubscriptionIn)
    if wanted.wants is not None:
        get_category(wanted.wants)
    device = subscriptions.subscribe(
        subject, login_key(), make_offer(wanted), replaces_oldest=wanted.replaceOldest
    )
    if name := wanted.wants:
        run_transaction(lambda: table.choose(subject, [(f"{name}:push", True)], "subscribe"))
    return jsonify(device_out(device).model_dump(mode="json")), 201


def make_offer(wanted: SubscriptionIn) -> Offered:
    return Offered(
        endpoint=wanted.endpoint,
        p256dh=wanted.keys.p256dh,
        auth=wanted.keys.auth,
        application_key=wanted.applicationServerKey,
        language=wanted.language,
        zone=wanted.timeZone,
        label=wanted.label or describe_browser(request.headers.get("User-Agent", "")),
        expires_at=None if wanted.expirationTime is None else int(wanted.expirationTime),
    )


@bp.get("/subscriptions/<device_id>")
@limiter.limit(API_READ)
@describes(Operation("One device", DeviceOut, errors=(*READ, NotFound), query=ASKED_FOR))
def show_subscription(device_id: str) -> Response:
    device = subscriptions.get_device(subject_for("push:read"), device_id)
    return jsonify(device_out(device).model_dump(mode="json"))


@bp.put("/subscriptions/<device_id>")
@limiter.limit(limit_for(RENEWALS), key_func=person_key)
@describes(
    Operation(
        "Say that a device is still there, and how it is reached by now; 404 for one that was switched off",
        DeviceOut,
        takes=SubscriptionIn,
        errors=(*SUBSCRIBES, NotFound),
        query=ASKED_FOR,
    )
)
def put_subscription(device_id: str) -> Response:
    expect_push()
    subject, offered = subject_for("push:write"), make_offer(read_json(SubscriptionIn))
    device = renewals.renew(subject, login_key(), device_id, offered)
    return jsonify(device_out(device).model_dump(mode="json"))


@bp.delete("/subscriptions/<device_id>")
@limiter.limit(limit_for(RENEWALS), key_func=person_key)
@describes(
    Operation("Send nothing to a device any more", DeviceOut, errors=(*ASKED, NotFound), query=ASKED_FOR)
)
def delete_subscription(device_id: str) -> Response:
    subject = subject_for("push:write")
    run_transaction(lambda: subscriptions.unsubscribe(subject, device_id))
    return jsonify(device_out(subscriptions.get_device(subject, device_id)).model_dump(mode="json"))


@bp.post("/subscriptions/<device_id>/test")
@limiter.limit(limit_for(TRIAL), key_func=person_key)
@describes(
    Operation(
        "Send a push to a device, to see whether it arrives",
        TrialOut,
        errors=(*ASKED, NotFound, PushOff),
        query=ASKED_FOR,
        statuses=((202, "It is on its way"),),
    )
)
def post_test(device_id: str) -> tuple[Response, int]:
    expect_push()
    subject = subject_for("push:write")
    label = run_transaction(lambda: trials.send_trial(subject, device_id))
    return jsonify(TrialOut(id=device_id, label=label).model_dump()), 202
