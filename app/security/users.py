"""Opening accounts, and closing them for a while."""

import sqlalchemy as sa

from app.core import clock
from app.core.database import db, transaction
from app.core.errors import Invalid, NotFound
from app.security import audit, sessions
from app.security.accounts.strength import check_strength
from app.security.doers import CLI, Doer, check_doer, check_may_lose
from app.security.models import ROLES, User
from app.security.passwords import hash_password


def create_user(email: str, name: str, role: str, password: str) -> User:
    """Raises Invalid for a taken address or an unknown role, WeakPassword."""
    address = email.strip().lower()
    check_role(role)
    check_strength(password, about=(name, address))
    if "@" not in address or len(address) > 254:
        raise Invalid(f"{email} is not an email address")
    password_hash = hash_password(password)
    with transaction():
        if find_user(address):
            raise Invalid(f"{address} has an account already")
        user = User(
            email=address, name=name, role=role, password_hash=password_hash, created_at=clock.now_ms()
        )
        db.session.add(user)
        db.session.flush()  # the audit entry takes the public id
        audit.record(
            "user_created", f"user:{user.public_id}", actor="cli", role="admin", after={"role": role}
        )
    return user


def change_role(email: str, role: str, by: Doer = CLI) -> None:
    """End the account's logins too: their rights and their length are those of the old role.

    Raises NotFound, Invalid for an unknown role, Forbidden, LastAdmin.
    """
    check_role(role)
    with transaction():
        admins = check_doer(by)
        user = db.session.scalar(sa.select(User).where(User.email == email.strip().lower()).with_for_update())
        if user is None or user.role == role:
            raise NotFound(f"No account has the address {email} and another role than {role}")
        check_may_lose(user, by, admins)
        before, user.role = user.role, role
        sessions.end_all(user.id, user.public_id)
        by.note("role_changed", f"user:{user.public_id}", before={"role": before}, after={"role": role})


def disable_user(email: str, by: Doer = CLI) -> None:
    """End the account's logins, whose sockets close within a second, and allow no new one.

    Raises NotFound, Forbidden, LastAdmin.
    """
    with transaction():
        admins = check_doer(by)
        user = find_user(email)
        if user is None or user.disabled_at:
            raise NotFound(f"No active account has the address {email}")
        check_may_lose(user, by, admins)
        user.disabled_at = clock.now_ms()
        sessions.end_all(user.id, user.public_id)
        by.note("user_disabled", f"user:{user.public_id}")


def enable_user(email: str, by: Doer = CLI) -> None:
    """Raises NotFound for an account that is not disabled, Forbidden."""
    with transaction():
        check_doer(by)
        user = find_user(email)
        if user is None or not user.disabled_at:
            raise NotFound(f"No disabled account has the address {email}")
        user.disabled_at = None
        by.note("user_enabled", f"user:{user.public_id}")


def check_role(role: str) -> None:
    """Raises Invalid."""
    if role not in ROLES:
        raise Invalid(f"Roles are {', '.join(ROLES)}")


def find_user(email: str) -> User | None:
    return db.session.scalar(sa.select(User).where(User.email == email.strip().lower()))
