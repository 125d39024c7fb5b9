"""What can be wrong with a code."""

from app.core.errors import DomainError


class WrongCode(DomainError):
    """The same for one that was taken already: whoever looked over a shoulder learns nothing."""

    code, title = (
        "wrong_code",
        "This code is wrong, or was used already. Enter the one that your app shows now.",
    )


class TooManyCodes(DomainError):
    code, kind, title = (
        "too_many_codes",
        "limited",
        "There were too many wrong codes. Try again in 15 minutes, or use a recovery code now.",
    )


class SetUpTooOld(DomainError):
    code, kind, title = (
        "set_up_too_old",
        "conflict",
        "This page was open for too long. Open it again and scan the new picture.",
    )


class LoginTooOld(DomainError):
    code, kind, title = (
        "login_too_old",
        "unauthenticated",
        "That took too long, or your password was changed. Sign in again.",
    )


class FactorNeeded(DomainError):
    code, kind, title = (
        "factor_needed",
        "conflict",
        "Staff sign in with a second factor here. Set it up anew instead of switching it off.",
    )
