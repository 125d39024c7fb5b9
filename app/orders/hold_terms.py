"""How long what a shopper has in checkout stays set aside: true times only, for the pages that show them."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core.database import db, now_ms
from app.inventory.holds import HELD, hold


@dataclass(frozen=True)
class HoldTerm:
    """Times are epoch milliseconds of the database's clock; `longest` is the end that no renewal passes."""

    expires_at: int
    longest: int
    left_ms: int

    @property
    def is_longest(self) -> bool:
        return self.expires_at >= self.longest


def find_term(owner: str) -> HoldTerm | None:
    """None when nothing is held, or its time is over."""
    row = db.session.execute(
        sa.select(hold.c.expires_at, hold.c.hard_expires_at, hold.c.expires_at - now_ms()).where(
            hold.c.owner == owner, HELD, hold.c.expires_at > now_ms()
        )
    ).one_or_none()
    return HoldTerm(*row) if row else None
