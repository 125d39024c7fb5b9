"""A write that carries an Idempotency-Key takes effect once, however often it is sent."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import db, delete_in_chunks, now_ms, run_transaction, transaction
from app.core.errors import DomainError, Invalid

KEEP_MS = 7 * 24 * 3600 * 1000
LONGEST_KEY = 200


class IdempotencyKey(db.Model):
    """A key that was used, with the answer it got."""

    __tablename__ = "idempotency"

    scope: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(LONGEST_KEY), primary_key=True)
    request_hash: Mapped[str] = mapped_column(sa.String(64))
    status_code: Mapped[int | None]
    response: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    created_at: Mapped[int] = mapped_column(sa.BigInteger, index=True)


class KeyReused(DomainError):
    code, title = "idempotency_key_reused", "This Idempotency-Key was sent before with another request"


@dataclass(frozen=True)
class Answer:
    """What to answer; `replayed` says that nothing was done this time."""

    document: dict[str, Any]
    status: int
    replayed: bool = False


def once(scope: str, key: str | None, request_body: bytes, action: Callable[[], Answer]) -> Answer:
    """Run `action` in one transaction with its key. A failure stores nothing, so that a retry is a first try.

    Raises KeyReused when the key came before with another body.
    """

    def claimed() -> Answer:
        if key is None:
            return action()
        if not 1 <= len(key) <= LONGEST_KEY:
            raise Invalid(
                errors=[{"field": "Idempotency-Key", "message": f"Between 1 and {LONGEST_KEY} characters"}]
            )
        digest = hashlib.sha256(request_body).hexdigest()
        if not claim(scope, key, digest):
            return replay(scope, key, digest)
        answer = action()
        db.session.execute(
            sa.update(IdempotencyKey)
            .where(IdempotencyKey.scope == scope, IdempotencyKey.key == key)
            .values(status_code=answer.status, response=answer.document)
        )
        return answer

    return run_transaction(claimed)


def claim(scope: str, key: str, digest: str) -> bool:
    """On PostgreSQL a second caller waits here until the first has committed or failed."""
    insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgres_insert
    row = insert(IdempotencyKey).values(scope=scope, key=key, request_hash=digest, created_at=now_ms())
    return db.session.execute(row.on_conflict_do_nothing().returning(IdempotencyKey.key)).first() is not None


def replay(scope: str, key: str, digest: str) -> Answer:
    stored = db.session.get_one(IdempotencyKey, (scope, key))
    if stored.request_hash != digest:
        raise KeyReused()
    return Answer(stored.response or {}, stored.status_code or 200, replayed=True)


def prune() -> None:
    delete_in_chunks(IdempotencyKey, IdempotencyKey.created_at < now_ms() - KEEP_MS)
