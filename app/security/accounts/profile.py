"""What people change of their own account. What matters takes the password, which who only found an open browser lacks."""

import sqlalchemy as sa

from app.core.database import db, transaction
from app.security import audit, sessions
from app.security.accounts import address, owner_mails, tries
from app.security.accounts.logins import prove
from app.security.accounts.strength import check_strength
from app.security.errors import WrongCredentials
from app.security.models import User
from app.security.passwords import hash_password, is_password
from app.security.sessions import Proven


def change_name(user: User, name: str) -> None:
    """Inside the transaction of the form."""
    actor, role = f"user:{user.public_id}", user.role
    db.session.execute(sa.update(User).where(User.id == user.id).values(name=name))
    audit.record("name_changed", actor, actor=actor, role=role)


def request_address(user: User, email: str, password: str) -> None:
    """Raises WrongCredentials, TooManyTries."""
    proven = check_again(user, password)
    actor = f"user:{proven.public_id}"
    with transaction():
        address.request_change(proven.user_id, email)
        audit.record("address_change_requested", actor, actor=actor, role=proven.role)


def change_password(user: User, current: str, password: str) -> str:
    """End all logins, and open another for this browser. Returns its id.

    Raises WrongCredentials, TooManyTries, WeakPassword.
    """
    about = (user.name, user.email)
    login = sessions.current_session()
    since = login.created_at if login else None
    proven = check_again(user, current)
    check_strength(password, about)
    new_hash, actor = hash_password(password), f"user:{proven.public_id}"
    mine = sa.update(User).where(User.id == proven.user_id, User.password_hash == proven.password_hash)
    change = mine.values(password_hash=new_hash).returning(User.id)
    with transaction():
        if not db.session.scalar(change):
            raise WrongCredentials()
        sessions.end_all(proven.user_id, proven.public_id)
        owner_mails.tell_of_new_password(proven.user_id)
        audit.record("password_changed", actor, actor=actor, role=proven.role)
        renewed = Proven(proven.user_id, proven.public_id, proven.role, new_hash)
        return sessions.open_session(renewed, since=since)


def check_again(user: User, password: str) -> Proven:
    """The password of somebody who is signed in. Counted by account: a stolen login is no way around the pauses.

    Raises WrongCredentials, TooManyTries.
    """
    proven, key = prove(user), f"again:{user.public_id}"
    tries.begin_try(key)
    if not is_password(proven.password_hash, password):
        raise WrongCredentials()
    tries.forget_tries(key)
    return proven
