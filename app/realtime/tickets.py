"""Tickets, with which a program opens a socket in the name of a user: worth something once, and not for long.

A ticket is in the address of a socket, where proxies log it. What it stands for lies in Redis.
"""

import json
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from app.core.clock import now_ms
from app.core.database import db
from app.core.errors import Forbidden
from app.core.redis import RedisDown
from app.realtime import pages, tokens
from app.realtime.errors import RealtimeDown, UnknownUser
from app.realtime.keys import ticket_key
from app.security.access import Caller, current_token
from app.security.models import User
from app.security.tokens import session_of

LIFETIME_S = 30


@dataclass(frozen=True)
class Issued:
    """`expires_at` is in Unix ms. `channels` are the private ones that it opens."""

    ticket: str
    expires_at: int
    channels: list[str]


def issue_ticket(caller: Caller, user_id: str | None, wanted: list[str] | None) -> Issued:
    """For this user, or for the program itself, which has no private channels. All of the user's when none are named.

    Raises UnknownUser, Forbidden for a channel that is not the user's, RealtimeDown.
    """
    user = find_user(user_id) if user_id else None
    subject = f"user:{user.public_id}" if user else caller.name
    allowed = pages.channels_of(subject, user.role) if user else []
    channels = allowed if wanted is None else list(dict.fromkeys(wanted))
    if foreign := [name for name in channels if name not in allowed]:
        raise Forbidden(f"Not a private channel of this user: {', '.join(foreign)}")
    ticket = secrets.token_urlsafe(32)
    keep(ticket, subject, channels)
    return Issued(ticket, now_ms() + LIFETIME_S * 1000, channels)


def find_user(public_id: str) -> User:
    active = sa.select(User).where(User.public_id == public_id, User.disabled_at.is_(None))
    user = db.session.scalar(active)
    if user is None:
        raise UnknownUser(f"No active account has the id {public_id}")
    return user


def keep(ticket: str, subject: str, channels: list[str]) -> None:
    token = current_token()
    signer = (subject, session_of(token.mark) if token else "", pages.TOKEN_LIFETIME_S)
    body = {
        "connection": tokens.sign_connection(pages.secret(), *signer),
        "channels": {name: tokens.sign_subscription(pages.secret(), name, *signer) for name in channels},
    }
    try:
        current_app.extensions["redis"].call(
            lambda client: client.set(ticket_key(ticket), json.dumps(body), ex=LIFETIME_S)
        )
    except RedisDown as error:
        raise RealtimeDown() from error
