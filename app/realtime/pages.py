"""What a page needs to open its socket: the address, the tokens, the language."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, current_app

from app.core.clock import now_ms
from app.core.errors import Forbidden
from app.realtime.channels import CHANNELS, find_channel
from app.realtime.positions import position_of
from app.realtime.tokens import sign_connection, sign_subscription
from app.security import access, headers
from app.security.sessions import current_session

TOKEN_LIFETIME_S = 600
RULES = "listening_rules"

Rule = Callable[[str], bool]


def register_rule(app: Flask, kind: str, may_listen: Rule) -> None:
    """For private channels that are neither somebody's own nor a role's. `may_listen` takes the whole name and answers for
    whoever sends the running request.
    """
    app.extensions.setdefault(RULES, {})[kind] = may_listen


def connection_token() -> str:
    return sign_connection(secret(), access.subject(), session_key(), lifetime_s())


def subscription_token(channel: str) -> str:
    """Raises Forbidden when this viewer may not listen to it."""
    if not may_listen(channel):
        raise Forbidden(f"The channel {channel} is not yours")
    return sign(channel)


def subscription_tokens(named: Iterable[str]) -> dict[str, str]:
    """By channel: all that are the viewer's own or the role's, and of those `named` what the viewer may still listen to."""
    return {name: sign(name) for name in [*private_channels(), *filter(may_listen, named)]}


def sign(channel: str) -> str:
    return sign_subscription(secret(), channel, access.subject(), session_key(), lifetime_s())


def may_listen(name: str) -> bool:
    """Whether a private channel is open to whoever sends the running request. What nobody has said yes to is not."""
    channel = find_channel(name)
    if channel is None or channel.public:
        return False
    return name in private_channels() or is_let_in(name, channel.kind)


def is_let_in(name: str, kind: str) -> bool:
    """Rules are for people: a program hears what its ticket says, in the name of one of them."""
    rule = current_app.extensions.get(RULES, {}).get(kind)
    is_program = access.bearer_token() is not None or access.is_demo_call()
    return rule is not None and not is_program and rule(name)


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
