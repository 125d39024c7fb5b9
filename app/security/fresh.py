"""Pages on which a session left open does most harm: whoever opens one has signed in within the last quarter of an hour."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote

from app.core import clock
from app.core.http import see_other
from app.security.access import here
from app.security.sessions import current_session

MOST_AGE_MS = 15 * 60 * 1000

View = TypeVar("View", bound=Callable[..., Any])


def fresh_required(view: View) -> View:
    """Guests sign in; others do it again, which gives them another session, and come back to what they asked for."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        login = current_session()
        if login is None:
            return see_other(f"/login?next={quote(here())}")
        if clock.now_ms() - login.created_at > MOST_AGE_MS:
            return see_other(f"/login/again?next={quote(here())}")
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]
