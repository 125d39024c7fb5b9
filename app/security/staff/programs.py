"""Programs and what they may do: the tokens that admins see, make and end."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core.database import db, now_ms
from app.core.errors import NotFound
from app.security import tokens
from app.security.doers import Doer
from app.security.models import ApiToken, User

# What a program can do with each, in a line for whoever ticks it.
EXPLANATIONS = {
    "inventory:read": "Read exact stock, movements and holds",
    "inventory:write": "Change stock, reserve it and give it back",
    "chat:read": "Read conversations and their files",
    "chat:write": "Write in conversations and hand them over",
    "push:read": "Read figures of notifications",
    "push:write": "Send notifications to people",
    "realtime:read": "Read how many sockets are open and what they hear",
    "realtime:publish": "Send messages to pages that are open",
    "realtime:listen": "Hear private channels in somebody's name",
    "monitoring:read": "Read metrics and the details of health",
}
# What tokens from before their makers were kept have is nothing.
MAKERS = {"cli": "the command line", "": "somebody"}
# Ended ones are shown, the newest first, so that a program that stopped working is explained.
MOST_ENDED = 20


@dataclass(frozen=True)
class Program:
    """Moments are in Unix ms; `last_used_at` is a few minutes late at most. `made_by` is in words."""

    id: int
    name: str
    scopes: list[str]
    made_by: str
    made_at: int
    last_used_at: int | None
    expires_at: int | None
    revoked_at: int | None


def list_programs() -> tuple[list[Program], list[Program]]:
    """Those that open something, by name; and the last that ended."""
    is_over = sa.func.coalesce(ApiToken.expires_at <= now_ms(), False)
    has_ended = sa.or_(ApiToken.revoked_at.is_not(None), is_over)
    ended_at = sa.func.coalesce(ApiToken.revoked_at, ApiToken.expires_at)
    rows = sa.select(ApiToken, User.name).outerjoin(
        User, sa.literal("user:").concat(User.public_id) == ApiToken.created_by
    )
    active = rows.where(sa.not_(has_ended)).order_by(sa.func.lower(ApiToken.name), ApiToken.id)
    ended = rows.where(has_ended).order_by(ended_at.desc(), ApiToken.id.desc()).limit(MOST_ENDED)
    return read(active), read(ended)


def read(rows: sa.Select[ApiToken, str]) -> list[Program]:
    return [
        Program(
            id=token.id,
            name=token.name,
            scopes=token.scopes,
            made_by=name or MAKERS.get(token.created_by, token.created_by),
            made_at=token.created_at,
            last_used_at=token.last_used_at,
            expires_at=token.expires_at,
            revoked_at=token.revoked_at,
        )
        for token, name in db.session.execute(rows)
    ]


def revoke_program(token_id: int, by: Doer) -> str:
    """Answers its name. Raises NotFound, Forbidden."""
    names = tokens.revoke_where(ApiToken.id == token_id, by)
    if not names:
        raise NotFound("This token was revoked already")
    return names[0]
