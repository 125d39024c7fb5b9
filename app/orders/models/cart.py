"""What somebody means to buy."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import db


class CartLine(db.Model):
    """One variant in one owner's cart, or saved for later. `owner` is `visitor:ab12` or `user:cd34`.

    `seen_price_minor` is what the owner was last shown, so that a changed price is told and never slipped in.
    """

    __tablename__ = "cart_line"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.Index("ix_cart_line_changed_at", "changed_at"),
    )

    owner: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    variant_id: Mapped[int] = mapped_column(
        sa.ForeignKey("variant.id"), primary_key=True, autoincrement=False
    )
    quantity: Mapped[int]
    seen_price_minor: Mapped[int]
    is_saved: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[int] = mapped_column(sa.BigInteger)
    changed_at: Mapped[int] = mapped_column(sa.BigInteger)
