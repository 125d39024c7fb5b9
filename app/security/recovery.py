"""Getting back in: a link by mail that sets a new password once."""

import hashlib
import secrets

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.core import jobs
from app.core.database import db, transaction
from app.core.idempotency import claim
from app.core.mail import write_mail
from app.security import audit, sessions
from app.security.accounts import owner_mails
from app.security.accounts.strength import check_strength
from app.security.errors import LinkExpired
from app.security.models import User
from app.security.passwords import hash_password
from app.security.sessions import Proven
from app.security.users import find_user

LINK_LIFETIME_S = 30 * 60


def request_link(email: str) -> None:
    """Mail a link to the account's owner. Whether there is one is found out by a job, so that no answer's time tells."""
    with transaction():
        jobs.run_later(mail_link, email.strip().lower(), secrets.token_hex(8), queue="critical")


def mail_link(email: str, request_id: str) -> None:
    """Once for each request, also when the job runs twice."""
    user = find_user(email)
    if user is None or user.disabled_at:
        return
    link = f"{current_app.config['SETTINGS'].PUBLIC_URL}/password/{make_token(user)}"
    values = {"name": user.name, "link": link, "minutes": LINK_LIFETIME_S // 60}
    with transaction():
        if claim("password-link", request_id, b""):
            write_mail(email, "security/password_link.mail.txt", **values)


def make_token(user: User) -> str:
    return serializer().dumps([user.public_id, fingerprint(user)])


def find_owner(token: str) -> User:
    """Whose link this is. Raises LinkExpired for one that is too old, used or not ours."""
    try:
        public_id, stamp = serializer().loads(token, max_age=LINK_LIFETIME_S)
    except (BadSignature, ValueError):
        raise LinkExpired() from None
    user = db.session.scalar(sa.select(User).where(User.public_id == public_id, User.disabled_at.is_(None)))
    if user is None or fingerprint(user) != stamp:
        raise LinkExpired()
    return user


def set_password(token: str, password: str) -> Proven:
    """Set the password, end all of the account's logins and tell its owner. Raises LinkExpired or WeakPassword."""
    user = find_owner(token)
    user_id, public_id, role, old_hash = user.id, user.public_id, user.role, user.password_hash
    check_strength(password, about=(user.name, user.email))
    new_hash = hash_password(password)
    with transaction():
        # Two uses of one link: the first changes the hash that the second asks for.
        change = sa.update(User).where(User.id == user_id, User.password_hash == old_hash)
        if not db.session.execute(change.values(password_hash=new_hash).returning(User.id)).first():
            raise LinkExpired()
        sessions.end_all(user_id, public_id)
        owner_mails.tell_of_new_password(user_id)
        audit.record("password_set", f"user:{public_id}", actor=f"user:{public_id}", role=role)
    return Proven(user_id, public_id, role, new_hash)


def fingerprint(user: User) -> str:
    """Changes with the password, so that a link works once, and with the address: mails to an old one open nothing."""
    return hashlib.sha256(f"{user.email} {user.password_hash}".encode()).hexdigest()[:16]


def serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="password-link")
