"""How long conversations are kept, and which must not be deleted whatever their age."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.chat.access import Actor
from app.chat.errors import RoomClosed, UnknownRoom
from app.chat.keeping import retention
from app.chat.keeping.erasure import ERASED
from app.chat.models import Retention, Room
from app.chat.models.room import KINDS
from app.core.database import db
from app.core.errors import Invalid
from app.security import audit

MOST_DAYS = 3650


def read_days() -> dict[str, int]:
    """By kind; 0 is for ever."""
    return {kind: retention.days_of(kind) for kind in KINDS}


def set_days(days: dict[str, int], actor: Actor) -> None:
    """Inside the running transaction, as everything here that changes something. Raises Invalid."""
    message = f"Between 1 and {MOST_DAYS} days, or 0 to keep them for ever"
    if errors := [
        {"field": kind, "message": message} for kind, each in days.items() if not 0 <= each <= MOST_DAYS
    ]:
        raise Invalid(message, errors=errors)
    before = read_days()
    db.session.execute(sa.delete(Retention).where(Retention.kind.in_(days)))
    db.session.add_all(Retention(kind=kind, days=each) for kind, each in days.items())
    audit.record(
        "chat_retention_changed",
        "chat_retention",
        actor=actor.subject,
        role=actor.role,
        before=before,
        after=dict(days),
    )


def list_held() -> Sequence[Room]:
    return db.session.scalars(sa.select(Room).where(Room.legal_hold).order_by(Room.id.desc())).all()


def hold_for_law(public_id: str, is_held: bool, actor: Actor) -> Room:
    """Raises UnknownRoom, and RoomClosed for one that is being erased."""
    row = sa.select(Room).where(Room.public_id == public_id).with_for_update()
    room = db.session.scalar(row.execution_options(populate_existing=True))
    if room is None:
        raise UnknownRoom()
    if room.close_reason == ERASED:
        raise RoomClosed(
            "This conversation is being deleted, as its shopper wished; it cannot be kept any more"
        )
    room.legal_hold = is_held
    room.version += 1
    audit.record(
        "chat_legal_hold",
        f"room:{public_id}",
        actor=actor.subject,
        role=actor.role,
        after={"is_held": is_held},
    )
    return room
