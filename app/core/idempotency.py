"""A write that carries an Idempotency-Key takes effect once, however often it is sent."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Response, jsonify, request
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import db, delete_in_chunks, now_ms, run_transaction
from app.core.errors import DatabaseBusy, DomainError, Invalid

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


Write = Callable[[], "Answer"]

# Built once: every write of a program runs them.
used = IdempotencyKey.__table__
NAMED = sa.and_(used.c.scope == sa.bindparam("of_scope"), used.c.key == sa.bindparam("of_key"))
FIND = sa.select(used.c.request_hash, used.c.status_code, used.c.response).where(NAMED)
CLAIMS = {
    name: insert(used).values(created_at=now_ms()).on_conflict_do_nothing().returning(used.c.key)
    for name, insert in (("sqlite", sqlite_insert), ("postgresql", postgres_insert))
}
KEEP = (
    sa.update(used)
    .where(NAMED)
    .values(status_code=sa.bindparam("status"), response=sa.bindparam("document", type_=sa.JSON))
)


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
        if not claim(scope, key, request_body):
            stored = find_answer(scope, key, request_body)
            if stored is None:
                raise DatabaseBusy()  # pruned since
            return stored
        answer = action()
        values = {"of_scope": scope, "of_key": key, "status": answer.status, "document": answer.document}
        db.session.execute(KEEP, values)
        return answer

    return run_transaction(claimed)


def answer_request(
    caller: str, action: Callable[[], Answer], around: Callable[[Write], Answer] = lambda write: write()
) -> Response:
    """Answer the running API request, once for its Idempotency-Key.

    `around` runs the write; it is not asked when the key has its answer already, so it may refuse before it writes.
    """
    scope, key = f"{caller} {request.method} {request.path}", request.headers.get("Idempotency-Key")
    body = request.get_data()
    stored = find_answer(scope, key, body) if key else None
    answer = stored or around(lambda: once(scope, key, body, action))
    response = jsonify(answer.document)
    response.status_code = answer.status
    if answer.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def find_answer(scope: str, key: str, body: bytes) -> Answer | None:
    """Raises KeyReused."""
    row = db.session.execute(FIND, {"of_scope": scope, "of_key": key}).one_or_none()
    if row is None:
        return None
    if row.request_hash != hash_body(body):
        raise KeyReused()
    return Answer(row.response or {}, row.status_code or 200, replayed=True)


def claim(scope: str, key: str, body: bytes) -> bool:
    """On PostgreSQL a second caller waits here until the first has committed or failed."""
    claimed = CLAIMS[db.engine.dialect.name]
    values = {"scope": scope, "key": key, "request_hash": hash_body(body)}
    return db.session.execute(claimed, values).first() is not None


def hash_body(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def prune() -> None:
    delete_in_chunks(IdempotencyKey, IdempotencyKey.created_at < now_ms() - KEEP_MS)
