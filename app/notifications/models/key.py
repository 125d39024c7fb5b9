"""The keys by which push services know this shop."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db, partial_index

KEY_STATUSES = ("active", "retiring", "revoked")


class VapidKey(db.Model):
    """One pair of P-256 keys (RFC 8292). A subscription works with the key it was made with, so old ones stay a while.

    `public` is the uncompressed point as unpadded base64url, `sealed` the private half, encrypted with the SECRET_KEY.
    """

    __tablename__ = "vapid_key"
    __table_args__ = (
        sa.CheckConstraint(f"status IN {KEY_STATUSES}", name="status"),
        partial_index("uq_vapid_key_active", "status", "status = 'active'", unique=True),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public: Mapped[str] = mapped_column(sa.String(100), unique=True)
    sealed: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[str] = mapped_column(sa.String(8))
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    retired_at: Mapped[int | None] = mapped_column(sa.BigInteger)
