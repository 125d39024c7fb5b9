"""What counts against a client, and how much. A request's signals are gathered while it runs, and weighed after it."""

from dataclasses import dataclass

from flask import g, has_request_context

BAR = 100
POINTS_KEPT_S = 600


@dataclass(frozen=True)
class Signal:
    """`text` explains it to staff. One that `is_deliberate` no page of another site can make a visitor's browser send.

    One that names a detail, such as the object that was asked for, counts once for each: a page that polls what it may not
    see any more is no attack. Within `window_s` the first `free` details cost nothing, and of the others each `every`-th
    gives the points.
    """

    points: int
    text: str
    window_s: int = POINTS_KEPT_S
    free: int = 0
    every: int = 1
    is_deliberate: bool = False


@dataclass(frozen=True)
class Noted:
    """A signal as it was seen. Without `detail` each one counts."""

    name: str
    detail: str = ""


SIGNALS = {
    "scanner_path": Signal(50, "Asked for a page that only scanners look for"),
    "attack_shape": Signal(20, "Sent an attack in an address"),
    "many_accounts": Signal(
        20, "Tried the password of one account after the other", free=5, is_deliberate=True
    ),
    "bad_csrf": Signal(10, "Sent a form without the shop's token"),
    "bad_host": Signal(10, "Asked for a host that is not the shop's"),
    "foreign_object": Signal(10, "Asked for what belongs to somebody else"),
    "forged_token": Signal(10, "Sent a token that the shop never gave out", is_deliberate=True),
    "not_found": Signal(10, "Asked for 20 pages in a minute that are not there", window_s=60, every=20),
    "refused_input": Signal(10, "Sent 20 forms in a minute that were refused", window_s=60, every=20),
    "failed_login": Signal(5, "Signed in with a wrong password or code", is_deliberate=True),
    "limit_hit": Signal(5, "Went on after it was told to wait"),
    "socket_abuse": Signal(50, "Broke the rules of the sockets again and again"),
    "socket_origin": Signal(20, "Opened sockets from a foreign page again and again"),
}


def note(name: str, detail: str = "") -> None:
    """Remember a signal of the running request; outside of one there is nobody whom it could count against."""
    if has_request_context():
        g.setdefault("threat_signals", []).append(Noted(name, detail))


def noted() -> list[Noted]:
    found: list[Noted] = g.get("threat_signals", [])
    return found
