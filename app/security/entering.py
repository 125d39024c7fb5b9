"""What follows a right password: the page that asks for a second factor, or the one that was asked for, signed in."""

from urllib.parse import quote

from flask import session as visitor_session
from werkzeug.wrappers import Response

from app.core.http import safe_next, see_other
from app.security import sessions
from app.security.factors import pending
from app.security.sessions import Proven


def go_on(proven: Proven, path: str | None) -> Response:
    """Raises WrongCredentials when another password was set meanwhile."""
    if page := pending.start(proven):
        return see_other(f"{page}?next={quote(safe_next(path))}")
    return let_in(sessions.open_session(proven), path)


def let_in(session_id: str, path: str | None) -> Response:
    """Go where they wanted to, signed in."""
    return sign_in_with(session_id, see_other(safe_next(path)))


def sign_in_with(session_id: str, response: Response) -> Response:
    """Every factor is proven. What guarded the forms of the stranger who this browser was does not guard the owner's."""
    visitor_session.pop("csrf_token", None)
    visitor_session.pop(pending.NAME, None)
    sessions.set_cookie(response, session_id)
    return response
