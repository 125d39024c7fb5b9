"""What an answer of a push service means for the delivery and for the device.

Sources: RFC 8030, the documentation of Mozilla's autopush, Apple's "Sending web push notifications", and Microsoft's of WNS.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Literal

State = Literal["accepted", "retry", "failed", "gone", "expired", "suppressed", "too_large"]
Device = Literal["", "gone", "needs_resubscribe", "invalid", "blocked"]

USUAL_PAUSE_S = 60.0
# It costs no try, so without any pause it would be asked again for ever and at once.
SHORTEST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 3600.0
TRY_AGAIN = (408, 425, 500, 502, 503, 504)
# Apple says it in words, Google by 403 alone.
OTHER_KEY = re.compile(r"VapidPkHashMismatch|UnauthorizedRegistration", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 is no answer at all, and `body` says why. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: str = ""


@dataclass(frozen=True)
class Outcome:
    """`device` is the state that the subscription gets. `is_error` counts against it, `is_attempt` against the retries.
    A service that is down, or a shop without a network, is no device's fault.

    `pause_s` is how long nothing is sent to this service at all.
    """

    state: State
    reason: str = ""
    device: Device = ""
    is_error: bool = False
    is_attempt: bool = True
    pause_s: float | None = None


def judge(answer: Answer, host: str, now_s: float) -> Outcome:
    status = answer.status
    if 200 <= status < 300:
        return Outcome("accepted")
    if 300 <= status < 400:
        return Outcome("failed", "redirect", is_error=True)
    if status in (404, 410):
        return Outcome("gone", "gone", device="gone")
    if is_throttled(answer, host):
        return Outcome(
            "retry", "throttled", is_attempt=False, pause_s=pause_of(answer, now_s) or USUAL_PAUSE_S
        )
    if status in (400, 403) and OTHER_KEY.search(answer.body):
        return Outcome("failed", "other_key", device="needs_resubscribe")
    if status in (401, 403):
        return Outcome("failed", "auth")
    if status == 413:
        return Outcome("too_large", "too_large")
    if status == 503 and (pause := pause_of(answer, now_s)) is not None:
        return Outcome("retry", "unavailable", is_attempt=False, pause_s=pause)
    if status == 0:
        return Outcome("retry", "unreachable")
    if status in TRY_AGAIN:
        return Outcome("retry", "unavailable", is_error=True)
    return Outcome("failed", f"http_{status}", is_error=True)


def is_throttled(answer: Answer, host: str) -> bool:
    """Windows says it with 406 or in a header of its own."""
    if answer.headers.get("x-wns-status", "").lower() == "appthrottled":
        return True
    return answer.status == 429 or (answer.status == 406 and host.endswith(".notify.windows.com"))


def pause_of(answer: Answer, now_s: float) -> float | None:
    """Retry-After in seconds, as a number or as a date (RFC 9110, 10.2.3); None when it says neither."""
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - now_s
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(seconds, SHORTEST_PAUSE_S), LONGEST_PAUSE_S)
