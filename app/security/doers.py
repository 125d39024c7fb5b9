"""Who gives access and takes it away: admins at a page, and whoever has the command line. One admin is always left."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.database import db
from app.core.errors import Forbidden
from app.security import audit
from app.security.errors import LastAdmin
from app.security.models import User

Facts = dict[str, Any] | None


@dataclass(frozen=True)
class Doer:
    """`name` is what the audit says; `user_id` is an admin's, and missing for the command line."""

    name: str = "cli"
    user_id: int | None = None

    def note(self, action: str, object: str, before: Facts = None, after: Facts = None) -> None:
        audit.record(action, object, actor=self.name, role="admin", before=before, after=after)


CLI = Doer()


def check_doer(by: Doer) -> list[int]:
    """Inside transaction(), before anything else is read: locks all admins, in one order, and returns their ids.

    Of two admins who take each other's rights away at once the second waits here, and is none any more. Raises Forbidden.
    """
    active = sa.select(User.id).where(User.role == "admin", User.disabled_at.is_(None)).order_by(User.id)
    admins = [*db.session.scalars(active.with_for_update())]
    if by.user_id is not None and by.user_id not in admins:
        raise Forbidden("You are no admin any more")
    return admins


def check_may_lose(user: User, by: Doer, admins: list[int]) -> None:
    """Whether `by` may take rights from this account. Raises Forbidden, LastAdmin."""
    if by.user_id == user.id:
        raise Forbidden("Nobody does this to themselves: ask another admin")
    if admins == [user.id]:
        raise LastAdmin()
