"""Who is calling and what they may do: people by session, programs by token, and the demo's own curl lines."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote

from flask import current_app, g, request, session

from app.core.errors import Forbidden, Unauthenticated
from app.core.http import safe_next, see_other
from app.security import audit, tokens
from app.security.models import User
from app.security.sessions import current_session
from app.security.threats import signals
from app.security.tokens import Token

LOOPBACK = ("127.0.0.1", "::1")
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
BROWSER_HEADERS = ("Cookie", "Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest")
PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
SCOPES_OF = {
    "shopper": (),
    "agent": ("inventory:read", "chat:read", "chat:write"),
    "staff": ("inventory:read", "inventory:write", "push:read"),
    # People hear what their page opens; only a program listens in the name of others.
    "admin": tuple(scope for scope in tokens.SCOPES if scope != "realtime:listen"),
}

View = TypeVar("View", bound=Callable[..., Any])
Sides = dict[str, Any] | None


@dataclass(frozen=True)
class Caller:
    """Who does something, as the ledger and the audit name them: `user:ab12`, `token:import`, `demo`, `visitor:cd34`."""

    name: str
    role: str
    scopes: tuple[str, ...]

    def note(self, action: str, object: str, before: Sides = None, after: Sides = None) -> None:
        """An entry of the audit, inside the running transaction."""
        audit.record(action, object, actor=self.name, role=self.role, before=before, after=after)


def current_user() -> User | None:
    login = current_session()
    return login.user if login else None


def visitor_id() -> str:
    """This browser's random id, kept in the signed cookie; no row, nothing to clean up."""
    if "visitor" not in session:
        session["visitor"] = secrets.token_hex(8)
        session.permanent = True
    return str(session["visitor"])


def subject() -> str:
    """Whose private channels this page may open."""
    user = current_user()
    return f"user:{user.public_id}" if user else f"visitor:{visitor_id()}"


def is_shopper(name: str) -> bool:
    """Whether somebody at a browser has this name, and nobody whom a program speaks for."""
    return name.startswith(("user:", "visitor:"))


def current_caller() -> Caller:
    if "caller" not in g:
        g.caller = find_caller()
        g.actor = g.caller.name  # for log lines
    found: Caller = g.caller
    return found


def find_caller() -> Caller:
    if bearer := bearer_token():
        token = current_token()
        if token is None:
            raise Unauthenticated(tokens.explain_refusal(bearer))
        return Caller(f"token:{token.name}", "program", token.scopes)
    if user := current_user():
        return Caller(f"user:{user.public_id}", user.role, SCOPES_OF[user.role])
    if is_demo_call():
        return Caller("demo", "program", tokens.SCOPES)
    return Caller("guest", "guest", ())


def current_token() -> Token | None:
    """The API token that the request carries, if it is a valid one."""
    if "api_token" not in g:
        bearer = bearer_token()
        g.api_token = tokens.find_token(bearer) if bearer else None
        if bearer and g.api_token is None and not tokens.was_given_out(bearer):
            signals.note("forged_token", tokens.hash_token(bearer))
    found: Token | None = g.api_token
    return found


def bearer_token() -> str | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def is_demo_call() -> bool:
    """A curl on the machine of the demo. Neither a page that somebody visits nor a proxy sends a request like this.

    A form that a page sends is a POST without JSON; the other methods that write say where they come from.
    """
    return (
        current_app.config["SETTINGS"].is_demo
        and request.remote_addr in LOOPBACK
        and request.host.rsplit(":", 1)[0] in LOOPBACK_HOSTS
        and not any(name in request.headers for name in BROWSER_HEADERS + PROXY_HEADERS)
        and (request.method != "POST" or request.is_json)
    )


def require_scope(scope: str) -> Caller:
    """Raises Unauthenticated for a guest and Forbidden for a caller without the scope."""
    caller = current_caller()
    if scope in caller.scopes:
        return caller
    if caller.role == "guest":
        raise Unauthenticated()
    raise Forbidden(f"This needs the scope {scope}", needs=scope)


def here() -> str:
    """The page that was asked for, or that a form was sent from: a form has no page of its own to come back to."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    host, slash, path = (request.referrer or "").partition("://")[2].partition("/")
    return safe_next(slash + path) if host == request.host else "/"


def role_required(*roles: str) -> Callable[[View], View]:
    """Guests go to the login page and come back; others without the role get a 403. Admins may see every page."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            user = current_user()
            if user is None:
                return see_other(f"/login?next={quote(here())}")
            if user.role not in (*roles, "admin"):
                raise Forbidden("Your account may not see this page")
            return view(*args, **kwargs)

        return guarded  # type: ignore[return-value]

    return guard
