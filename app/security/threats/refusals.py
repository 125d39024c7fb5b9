"""What a client is told that gets no further. Made without a request's context: an attack must not cost a page each."""

from flask import Response, current_app, request

from app.core import fragments
from app.core.failures import PROGRAM_PATHS, problem
from app.core.http import request_id, wants_json
from app.security.threats.blocks import Block

PAGE = "security/threats/refused.html"
WAIT_S = 10
# Long enough that nobody sees how long it is to the second.
MINUTE_S = 60


def refuse(block: Block) -> Response:
    minutes = -(-block.seconds_left // MINUTE_S)
    text = f"Too much of what came from you looked like an attack. Come back in {say(minutes)}."
    return answer(403, "client_blocked", "You cannot come in now", text, block.seconds_left)


def ask_to_wait() -> Response:
    text = f"Wait {WAIT_S} seconds and try again."
    return answer(429, "too_many_requests", "That was too fast", text, WAIT_S)


def refuse_link() -> Response:
    text = "This link holds what only attacks hold. Nothing was done."
    return answer(403, "link_refused", "This link cannot be opened", text)


def say(minutes: int) -> str:
    if minutes < 90:
        return "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"{-(-minutes // 60)} hours"


def answer(status: int, code: str, title: str, text: str, seconds: int | None = None) -> Response:
    if request.path.startswith(PROGRAM_PATHS) or wants_json():
        response = problem(status, code, title, text)
    else:
        facts = {"status": status, "title": title, "text": text, "request_id": request_id()}
        shop = current_app.config["SETTINGS"].SHOP_NAME
        response = Response(fragments.render(PAGE, error=facts, shop=shop), status)
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    response.headers["Cache-Control"] = "no-store"
    return response
