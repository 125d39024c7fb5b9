"""Who may open these pages: admins that have proven themselves a moment ago."""

from collections.abc import Callable
from typing import Any, TypeVar

from app.security.access import current_caller, current_user, role_required
from app.security.doers import Doer
from app.security.fresh import fresh_required

View = TypeVar("View", bound=Callable[..., Any])


def admins_only(view: View) -> View:
    return role_required()(fresh_required(view))


def doer() -> Doer:
    """Behind `admins_only`."""
    user = current_user()
    assert user is not None
    return Doer(current_caller().name, user.id)
