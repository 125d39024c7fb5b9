"""Files in messages; their bytes lie in the storage under a random key."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.chat.models.room import STREAMS
from app.core.database import BigKey, db

SHOWN = 240
FILE_STATES = ("staged", "scanning", "clean", "rejected")


class Attachment(db.Model):
    """One file. Others get it only when it is `clean`; of a rejected one the bytes are gone and `reason` says why.

    `staged`: its bytes are on their way. `sha256` is of what was sent; of pictures, all else is of what was made of it.
    """

    __tablename__ = "chat_attachment"
    __table_args__ = (
        sa.CheckConstraint(f"stream IN {STREAMS}", name="stream"),
        sa.CheckConstraint(f"state IN {FILE_STATES}", name="state"),
        sa.Index("ix_chat_attachment_uploader", "uploader", "created_at"),
        sa.Index("ix_chat_attachment_state", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(32), unique=True, default=lambda: secrets.token_hex(16))
    room_id: Mapped[int] = mapped_column(sa.ForeignKey("chat_room.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("chat_message.id"), index=True)
    stream: Mapped[str] = mapped_column(sa.String(1))
    uploader: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(120))
    media_type: Mapped[str] = mapped_column(sa.String(80))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    storage_key: Mapped[str] = mapped_column(sa.String(64))
    thumbnail_key: Mapped[str | None] = mapped_column(sa.String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    state: Mapped[str] = mapped_column(sa.String(8))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    attached_at: Mapped[int | None] = mapped_column(sa.BigInteger)

    @property
    def path(self) -> str:
        return f"/chat/files/{self.public_id}"

    @property
    def shown_size(self) -> tuple[int, int] | None:
        """Of a picture in a message: its thumbnail has twice as many dots each way, or all it has."""
        if not (self.width and self.height):
            return None
        part = min(1, SHOWN / max(self.width, self.height))
        return max(1, round(self.width * part)), max(1, round(self.height * part))
