"""The second half of a sign-in: a code of the app or from paper, and then a session."""

from dataclasses import dataclass

from app.core.database import transaction
from app.security import audit, sessions
from app.security.errors import WrongCredentials
from app.security.factors import pending, recovery_codes, second_factor
from app.security.factors.errors import LoginTooOld, WrongCode
from app.security.factors.second_factor import Shown
from app.security.models import User
from app.security.sessions import Proven
from app.security.threats import signals


@dataclass(frozen=True)
class Typed:
    """What somebody typed: a code of the app, or one from paper of which only the hash is left."""

    code: str
    recovery_hash: str | None


def finish_with_code(user: User, text: str) -> str:
    """The id of the session. Raises WrongCode, TooManyCodes and LoginTooOld."""
    typed, public_id = read_code(user, text), user.public_id
    try:
        with transaction():
            spend(user, typed)
            return open_session(user)
    except WrongCode:
        with transaction():
            audit.record("second_factor_failed", f"user:{public_id}", actor="guest", role="guest")
        signals.note("failed_login")
        raise


def finish_with_set_up(user: User, shown: Shown, hashes: list[str]) -> str:
    """The same for staff that have to set up their factor first. Raises LoginTooOld."""
    with transaction():
        second_factor.set_up(user, shown, hashes)
        return open_session(user)


def read_code(user: User, text: str) -> Typed:
    """Before the transaction: the hash takes its time. Raises TooManyCodes."""
    plain = second_factor.plain(text)
    if recovery_codes.is_like_one(plain):
        return Typed("", recovery_codes.hash_codes(user, [plain])[0])
    second_factor.claim_try(user)
    return Typed(plain, None)


def spend(user: User, typed: Typed) -> None:
    if typed.recovery_hash is None:
        is_right = second_factor.spend_step(user, typed.code)
    else:
        is_right = recovery_codes.spend_code(user.id, typed.recovery_hash)
    if not is_right:
        raise WrongCode()
    if typed.recovery_hash:
        left = recovery_codes.count_left(user.id)
        second_factor.note(user, "recovery_code_used")
        second_factor.tell(user, "A recovery code of yours was used", f"You have {left} left.")


def open_session(user: User) -> str:
    if not pending.take(user):
        raise LoginTooOld()
    try:
        return sessions.open_session(Proven(user.id, user.public_id, user.role, user.password_hash))
    except WrongCredentials:
        raise LoginTooOld() from None
