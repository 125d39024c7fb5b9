"""The errors that actions raise: they say the fact; `http` says it to the caller."""

from typing import Any, ClassVar


class DomainError(Exception):
    """What went wrong in the shop's terms. `code` is stable and documented, `facts` are part of the answer."""

    code: ClassVar[str] = "error"
    kind: ClassVar[str] = "invalid"
    title: ClassVar[str] = "This cannot be done"

    def __init__(self, detail: str = "", **facts: Any):
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.facts = facts


class NotFound(DomainError):
    code, kind, title = "not_found", "missing", "There is nothing here"


class Forbidden(DomainError):
    code, kind, title = "forbidden", "forbidden", "You may not do this"


class Unauthenticated(DomainError):
    code, kind, title = "unauthenticated", "unauthenticated", "Sign in or send an API token"


class Invalid(DomainError):
    """`errors` is a list of {field, message}."""

    code, kind, title = "invalid", "invalid", "The request has mistakes"


class DatabaseBusy(DomainError):
    code, kind, title = "busy", "busy", "The shop is busy; try again in a moment"
