"""What can be wrong with a caller."""

from app.core.errors import DomainError


class WrongCredentials(DomainError):
    """The same for an unknown address, a wrong password and a disabled account, so that none can be told apart."""

    code, kind, title = "wrong_credentials", "unauthenticated", "Email or password is wrong"


class TooManyTries(DomainError):
    """`seconds` is how long to wait. The same for an address that nobody has."""

    code, kind, title = "too_many_tries", "limited", "Too many failed tries to sign in with this address"


class TooManyRequests(DomainError):
    """What the limiter answers; nothing raises it, but the API's description names it."""

    code, kind, title = "too_many_requests", "limited", "That was too fast"


class CsrfRefused(DomainError):
    code, kind, title = (
        "csrf_refused",
        "malformed",
        "This form has expired; reload the page and send it again",
    )


class WeakPassword(DomainError):
    code, title = "weak_password", "Choose a password of 12 to 128 characters"


class LinkExpired(DomainError):
    code, kind = "link_expired", "missing"
    title = "This link has expired or was used already. Sign in, or ask for another one."


class LastAdmin(DomainError):
    code, kind, title = ("last_admin", "conflict", "This is the only admin: make somebody else one first")
