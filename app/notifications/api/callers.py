"""For whom a call is: people for themselves, programs for the subject that they name."""

import re
from collections.abc import Callable

from flask import request

from app.core.errors import Forbidden, Invalid
from app.security import access
from app.security.limits import API_WRITE, client_key
from app.security.sessions import current_session

SUBJECT = re.compile(r"(user|visitor|ext):[A-Za-z0-9_.@-]{1,64}")
ASKED_FOR = (("subject", "for a program: whose, such as user:ab12"),)


def subject_for(scope: str) -> str:
    """Raises Unauthenticated, Forbidden and Invalid."""
    named = request.args.get("subject")
    if access.current_caller().role != "program":
        if named is not None:
            raise Forbidden("You can ask only for yourself; leave subject out")
        return access.subject()
    access.require_scope(scope)
    if named is None or not SUBJECT.fullmatch(named):
        raise Invalid(errors=[{"field": "subject", "message": "Say for whom, such as user:ab12"}])
    return named


def limit_for(people: str) -> Callable[[], str]:
    """A program acts for many."""
    return lambda: API_WRITE if access.current_caller().role == "program" else people


def person_key() -> str:
    """For limits: a person, or a program."""
    return client_key() if access.bearer_token() else access.subject()


def login_key() -> str:
    """The login that a device ends with; none for guests and programs."""
    login = None if access.bearer_token() else current_session()
    return login.id_hash if login else ""
