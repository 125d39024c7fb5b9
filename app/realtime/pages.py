"""What a page needs to open its socket: the address, the tokens, the language."""

from typing import Any

from flask import current_app

from app.core.clock import now_ms
from app.core.errors import Forbidden
from app.realtime.channels import CHANNELS
from app.realtime.positions import position_of
from app.realtime.tokens import sign_connection, sign_subscription
from app.security import access, headers
from app.security.sessions import current_session

TOKEN_LIFETIME_S = 600


def connection_token() -> str:
    return sign_connection(secret(), access.subject(), session_key(), lifetime_s())


def subscription_token(channel: str) -> str:
    """Raises Forbidden when this viewer may not listen to it."""
    if channel not in private_channels():
        raise Forbidden(f"The channel {channel} is not yours")
    return sign_subscription(secret(), channel, access.subject(), session_key(), lifetime_s())


def private_channels() -> list[str]:
    """What this viewer may listen to besides the public channels: the own one, and those of the role."""
    user = access.current_user()
    return channels_of(access.subject(), user.role if user else "guest")


def channels_of(subject: str, role: str) -> list[str]:
    return [subject, *(channel.kind for channel in CHANNELS.values() if role in channel.roles)]


def session_key() -> str:
    login = current_session()
    return login.id_hash if login else ""


def lifetime_s() -> float:
    """Tokens are renewed before they end, but none outlives the login that it was given to."""
    login = current_session()
    return min(TOKEN_LIFETIME_S, (login.expires_at - now_ms()) / 1000) if login else TOKEN_LIFETIME_S


def secret() -> str:
    return str(current_app.config["SETTINGS"].SECRET_KEY)


def language() -> str:
    """The language that fragments are pushed in."""
    return str(current_app.config["SETTINGS"].SHOP_LOCALE).split("_")[0]


def page_context() -> dict[str, Any]:
    return {
        "live_token": subscription_token,
        "live_position": position_of,
        "live": {
            "url": headers.socket_url(),
            "token": connection_token(),
            "lang": language(),
            "owner": access.subject(),
        },
        "rendered_at": now_ms(),
    }
