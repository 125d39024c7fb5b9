"""The table of what each answer of a push service means, row by row."""

from email.utils import formatdate

import pytest

from app.notifications.delivery.outcomes import Answer, Outcome, judge

HOST, WINDOWS = "updates.push.services.mozilla.com", "wns2-par02p.notify.windows.com"
NOW_S = 1_800_000_000.0


def judged(status, body="", host=HOST, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return judge(Answer(status, named, body), host, NOW_S)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_accepted(status):
    assert judged(status) == Outcome("accepted")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_never_followed(status):
    assert judged(status, location="http://127.0.0.1/") == Outcome("failed", "redirect", is_error=True)


@pytest.mark.parametrize("status", [404, 410])
def test_gone(status):
    assert judged(status) == Outcome("gone", "gone", device="gone")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, '{"reason":"VapidPkHashMismatch"}'),
        (400, "UnauthorizedRegistration"),
        (403, "vapidpkhashmismatch"),
    ],
)
def test_a_device_of_another_key_has_to_subscribe_again(status, body):
    assert judged(status, body) == Outcome("failed", "other_key", device="needs_resubscribe")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_of_the_shop_keeps_the_device(status):
    assert judged(status, "BadJwtToken") == Outcome("failed", "auth")


def test_a_bad_request_counts_against_the_device():
    assert judged(400, "bad") == Outcome("failed", "http_400", is_error=True)


@pytest.mark.parametrize(
    ("status", "host", "headers"),
    [(429, HOST, {}), (406, WINDOWS, {}), (200, WINDOWS, {"x_wns_status": "appThrottled"})],
)
def test_too_many_waits_a_minute_and_costs_no_try(status, host, headers):
    if status == 200:
        status = 500
    found = judged(status, host=host, **headers)

    assert found == Outcome("retry", "throttled", is_attempt=False, pause_s=60.0)


def test_406_of_anybody_else_is_a_failure():
    assert judged(406).state == "failed"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("0", 1.0),
        (formatdate(NOW_S + 90, usegmt=True), 90.0),
        (formatdate(NOW_S - 90, usegmt=True), 1.0),
        ("999999999", 3600.0),
        ("soon", 60.0),
        ("-5", 60.0),
        ("\u0661", 60.0),
        ("Mon, 99 Foo 2026 99:99:99 GMT", 60.0),
        ("", 60.0),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_garbage_is_a_minute(text, seconds):
    assert judged(429, retry_after=text).pause_s == seconds


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504])
def test_what_may_be_better_in_a_moment_is_tried_again(status):
    assert judged(status) == Outcome("retry", "unavailable", is_error=True)


def test_no_answer_at_all_is_no_fault_of_the_device():
    assert judged(0) == Outcome("retry", "unreachable")


@pytest.mark.parametrize(("text", "seconds"), [("30", 30.0), ("0", 1.0)])
def test_503_with_a_time_pauses_the_service_and_is_no_fault_of_the_device(text, seconds):
    expected = Outcome("retry", "unavailable", is_attempt=False, pause_s=seconds)

    assert judged(503, retry_after=text) == expected


def test_too_large_is_said_as_such():
    assert judged(413).state == "too_large"


@pytest.mark.parametrize("status", [402, 405, 418, 501, 505])
def test_anything_else_is_a_failure_of_the_device(status):
    assert judged(status) == Outcome("failed", f"http_{status}", is_error=True)
