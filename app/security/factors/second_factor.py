"""The second factor of an account: set up, asked for, taken away. The owner hears of each by mail."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core.database import db, now_ms, read_now, transaction
from app.core.sealing import SealBroken, seal, unseal
from app.core.upsert import insert_into
from app.security import audit
from app.security.accounts import owner_mails
from app.security.factors import pending, recovery_codes, totp
from app.security.factors.errors import FactorNeeded, SetUpTooOld, TooManyCodes, WrongCode
from app.security.factors.models import SecondFactor
from app.security.models import User

SEALED_FOR = "second factor"
SET_UP = "second factor set-up"
SET_UP_S = 3600
# By chance one guess in 300,000 is right: three codes count at a time.
TRIES, WINDOW_MS = 10, 15 * 60 * 1000


@dataclass(frozen=True)
class Shown:
    """A key that an app has, as a code of this step has shown."""

    secret: str
    step: int


def offer_secret(user: User) -> str:
    """A new key, sealed, for the page that shows it: nothing is stored before a code proves that an app has it."""
    return seal(SET_UP, f"{user.public_id}:{totp.new_secret()}".encode())


def read_offer(user: User, sealed: str) -> str:
    """The key. Raises SetUpTooOld for one that was offered too long ago, to another account, or not by us."""
    try:
        public_id, _, secret = unseal(SET_UP, sealed, SET_UP_S).decode().partition(":")
    except SealBroken:
        raise SetUpTooOld() from None
    if public_id != user.public_id:
        raise SetUpTooOld()
    return secret


def check_offer(user: User, sealed: str, code: str) -> Shown:
    """Before the recovery codes are hashed, which takes its time. Raises SetUpTooOld and WrongCode."""
    secret = read_offer(user, sealed)
    step = totp.step_of(secret, plain(code), read_now())
    if step is None:
        raise WrongCode()
    return Shown(secret, step)


def set_up(user: User, shown: Shown, hashes: list[str]) -> None:
    """Inside transaction(); in the place of the one before, if there is one. `hashes` are of the new recovery codes."""
    now = read_now()
    row = {
        "sealed": seal(SEALED_FOR, shown.secret.encode()),
        "last_step": shown.step,
        "tries": 0,
        "tries_since": now,
    }
    factor = insert_into(SecondFactor).values(user_id=user.id, **row)
    db.session.execute(factor.on_conflict_do_update(index_elements=[SecondFactor.user_id], set_=row))
    recovery_codes.store_codes(user.id, hashes)
    user.second_factor_since = now
    note(user, "second_factor_set_up")
    tell(user, "Your second factor is set up")


def renew_codes(user: User, hashes: list[str]) -> None:
    """Inside transaction()."""
    recovery_codes.store_codes(user.id, hashes)
    note(user, "recovery_codes_made")
    tell(user, "You have new recovery codes", "Those from before open nothing any more.")


def switch_off(user: User) -> None:
    """By its owner, inside transaction(). Raises FactorNeeded where staff may not be without."""
    user.second_factor_since, since = None, user.second_factor_since
    if pending.lacks_factor(user):
        user.second_factor_since = since
        raise FactorNeeded()
    take_away(user)
    note(user, "second_factor_switched_off")
    tell(user, "Your second factor is switched off")


def take_away(user: User) -> None:
    """Inside transaction()."""
    recovery_codes.delete_codes(user.id)
    db.session.execute(sa.delete(SecondFactor).where(SecondFactor.user_id == user.id))
    user.second_factor_since = None


def claim_try(user: User) -> None:
    """Count a guess before it is looked at, so that many at once are no more than many in a row. Raises TooManyCodes.

    The window passes, and a recovery code opens meanwhile: whoever fished a password cannot keep its owner out.
    """
    is_over = SecondFactor.tries_since <= now_ms() - WINDOW_MS
    counted = (
        sa.update(SecondFactor)
        .where(SecondFactor.user_id == user.id, sa.or_(SecondFactor.tries < TRIES, is_over))
        .values(
            tries=sa.case((is_over, 1), else_=SecondFactor.tries + 1),
            tries_since=sa.case((is_over, now_ms()), else_=SecondFactor.tries_since),
        )
        .returning(SecondFactor.tries)
    )
    with transaction():
        tries = db.session.scalar(counted.execution_options(synchronize_session=False))
        if tries == TRIES:
            tell(
                user, "There were ten wrong codes for your account", "Whoever sent them knows your password."
            )
    if tries is None:
        raise TooManyCodes()


def spend_step(user: User, code: str) -> bool:
    """Inside transaction(). Of two uses of one code the second finds its step taken."""
    factor = db.session.get(SecondFactor, user.id, populate_existing=True)
    step = totp.step_of(read_secret(factor), code, read_now()) if factor else None
    if step is None:
        return False
    taken = (
        sa.update(SecondFactor)
        .where(SecondFactor.user_id == user.id, SecondFactor.last_step < step)
        .values(last_step=step, tries=0)
    )
    return db.session.execute(taken.returning(SecondFactor.user_id)).first() is not None


def read_secret(factor: SecondFactor) -> str:
    """Raises WrongCode where SECRET_KEY was changed: a recovery code opens still, and the factor can be set up anew."""
    try:
        return unseal(SEALED_FOR, factor.sealed).decode()
    except SealBroken:
        raise WrongCode() from None


def plain(text: str) -> str:
    """As it was meant: apps show gaps, paper has a dash."""
    return "".join(text.split()).replace("-", "").upper()


def note(user: User, action: str) -> None:
    account = f"user:{user.public_id}"
    audit.record(action, account, actor=account, role=user.role)


def tell(user: User, what: str, why: str = "") -> None:
    owner_mails.warn(user.id, "security/second_factor.mail.txt", what=what, why=why)
