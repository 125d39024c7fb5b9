"""Browsers that have signed in to an account before. Strangers who fail to cannot make such a browser wait.

One signed cookie holds the browser's own id and a mark for each account. A mark is made from the password's hash as well,
so that another password makes every browser a stranger. Source: OWASP, "Slow Down Online Guessing Attacks with Device
Cookies".
"""

import secrets

from flask import request
from werkzeug.wrappers import Response

from app.core.signing import is_signed, sign
from app.security import cookies

COOKIE = "known"
PURPOSE = "known-browser"
KEPT_S = 365 * 24 * 3600
# A browser that a family shares; the accounts used last stay.
MOST_ACCOUNTS = 5


def find_browser(public_id: str, password_hash: str) -> str | None:
    """The id of the browser that sends this request, if it has signed in to this account."""
    browser, marks = read_cookie()
    mine = describe(browser, public_id, password_hash)
    return browser if any(is_signed(PURPOSE, mine, mark) for mark in marks) else None


def remember(response: Response, public_id: str, password_hash: str) -> None:
    """Whoever sent this request has proven to own the account."""
    browser, marks = read_cookie()
    if not marks:
        browser = secrets.token_hex(8)
    mine = sign(PURPOSE, describe(browser, public_id, password_hash))
    kept = [mine, *(mark for mark in marks if mark != mine)][:MOST_ACCOUNTS]
    cookies.set_cookie(response, COOKIE, ".".join([browser, *kept]), KEPT_S)


def read_cookie() -> tuple[str, list[str]]:
    browser, *marks = request.cookies.get(cookies.full_name(COOKIE), "").split(".")
    return browser, marks[:MOST_ACCOUNTS]


def describe(browser: str, public_id: str, password_hash: str) -> str:
    return f"{browser} {public_id} {password_hash}"
