"""Files of stock figures that were taken over."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import db


class StockImport(db.Model):
    """One file. Its movements carry `import:<id>` as their source, which is how it can be undone."""

    __tablename__ = "stock_import"

    id: Mapped[str] = mapped_column(sa.String(12), primary_key=True, default=lambda: secrets.token_hex(6))
    file_name: Mapped[str] = mapped_column(sa.String(120))
    actor: Mapped[str] = mapped_column(sa.String(80))
    reason: Mapped[str] = mapped_column(sa.String(200))
    rows: Mapped[list[dict[str, str]]] = mapped_column(sa.JSON)
    mode: Mapped[str] = mapped_column(sa.String(10))
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    problems: Mapped[list[dict[str, str]]] = mapped_column(sa.JSON, default=list)
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    started_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    finished_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    undone_at: Mapped[int | None] = mapped_column(sa.BigInteger)
