"""Files of stock figures that were taken over."""

import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import db

STATES = ("preview", "applying", "applied", "reverting", "refused", "undoing", "undone")


class StockImport(db.Model):
    """One file. Its movements carry `import:<id>` as their source, those that undo it `undo:import:<id>`.

    `parts` is how many parts have rows to apply, `done` how many of them are applied: it goes up while `applying` and down
    while `undoing`, or while `reverting` what an all-or-nothing import had applied before a row failed. `refused` counts
    rows that could not be applied, `stuck` those that could not be put back.
    """

    __tablename__ = "stock_import"
    __table_args__ = (sa.CheckConstraint(f"state IN {STATES}", name="state"),)

    id: Mapped[str] = mapped_column(sa.String(12), primary_key=True, default=lambda: secrets.token_hex(6))
    file_name: Mapped[str] = mapped_column(sa.String(120))
    actor: Mapped[str] = mapped_column(sa.String(80))
    reason: Mapped[str] = mapped_column(sa.String(200))
    notes: Mapped[list[str]] = mapped_column(sa.JSON)
    mode: Mapped[str] = mapped_column(sa.String(4), default="")
    state: Mapped[str] = mapped_column(sa.String(10), default="preview")
    total: Mapped[int]
    changes: Mapped[int]
    wrong: Mapped[int]
    parts: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    stuck: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    progress_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    finished_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    undone_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    undone_by: Mapped[str] = mapped_column(sa.String(80), default="")

    @property
    def equal(self) -> int:
        return self.total - self.changes - self.wrong

    @property
    def is_working(self) -> bool:
        return self.state in ("applying", "reverting", "undoing")

    @property
    def applied(self) -> int:
        return self.changes - self.refused if self.state in ("applied", "undoing", "undone") else 0


class StockImportPart(db.Model):
    """Some rows of the file with what each does: a page of the preview, and what one transaction applies.

    `problems` are rows that failed later than the preview: {line, sku, problem, undo}.
    """

    __tablename__ = "stock_import_part"

    import_id: Mapped[str] = mapped_column(sa.String(12), sa.ForeignKey("stock_import.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
