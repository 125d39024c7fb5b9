"""The first factor: an address and its password. What is answered, and what is done for it, is the same for an address that
nobody has.
"""

from app.core.database import transaction
from app.security import audit, sessions
from app.security.accounts import known_browsers, tries
from app.security.errors import WrongCredentials
from app.security.models import User
from app.security.passwords import is_password
from app.security.sessions import Proven
from app.security.threats import signals
from app.security.users import find_user


def check_password(email: str, password: str) -> Proven:
    """Whose password it is, for `sessions.open_session`. Raises WrongCredentials, TooManyTries.

    Strangers wait for each other. A browser that has signed in to the account before waits only for itself, so nobody can
    keep an owner out by failing on purpose.
    """
    email = email.strip().lower()
    user = find_user(email)
    found = prove(user) if user else None
    browser = known_browsers.find_browser(found.public_id, found.password_hash) if found else None
    account = sessions.hash_address(email)
    key = f"browser:{account}:{browser}" if browser else f"strangers:{account}"
    may_enter = user is not None and not user.disabled_at
    tries.begin_try(key, email="" if browser else email)
    if not is_password(found.password_hash if found else None, password) or found is None or not may_enter:
        with transaction():
            named = f"user:{found.public_id}" if found else f"address:{account}"
            audit.record("login_failed", named, actor="guest", role="guest")
        signals.note("failed_login")
        signals.note("many_accounts", account)
        raise WrongCredentials()
    tries.forget_tries(key)
    return found


def prove(user: User) -> Proven:
    return Proven(user.id, user.public_id, user.role, user.password_hash)
