"""What the owner of an account is told by mail, so that somebody else's deeds do not go unseen."""

import secrets

import sqlalchemy as sa
from flask import current_app, request

from app.core import clock
from app.core.database import db, transaction
from app.core.idempotency import claim
from app.core.mail import write_mail
from app.core.user_agents import describe_browser
from app.security.models import User


def new_id() -> str:
    """Of a warning that a job writes: however often it runs, one mail is written."""
    return secrets.token_hex(8)


def tell_of_new_browser(user_id: int) -> None:
    """In the transaction of the login."""
    browser = describe_browser(request.headers.get("User-Agent", ""))
    warn(user_id, "security/new_browser.mail.txt", browser=browser, ip=request.remote_addr or "")


def tell_of_new_password(user_id: int) -> None:
    """In the transaction of the change."""
    warn(user_id, "security/password_changed.mail.txt")


def warn(user_id: int, template: str, **values: str) -> None:
    user = db.session.get_one(User, user_id)
    write_mail(user.email, template, name=user.name, at=clock.now(), reset=reset_address(), **values)


def mail_tries(email: str, warning_id: str) -> None:
    """Somebody failed to sign in many times. Whether there is such an account is found out here, in a job."""
    user = db.session.scalar(sa.select(User).where(User.email == email, User.disabled_at.is_(None)))
    if user is None:
        return
    with transaction():
        if claim("login-warning", warning_id, b""):
            write_mail(email, "security/many_tries.mail.txt", name=user.name, reset=reset_address())


def reset_address() -> str:
    return f"{current_app.config['SETTINGS'].PUBLIC_URL}/password"
