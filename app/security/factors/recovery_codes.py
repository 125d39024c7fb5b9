"""Ten codes on paper that open the account once each when the phone is gone.

They are hashed as passwords are, since 50 bits can be tried; with the account's random id as salt, so that one hash finds
the code among the ten (OWASP ASVS 5.0, 6.5.1 to 6.5.3).
"""

import secrets

import sqlalchemy as sa
from argon2.low_level import Type, hash_secret_raw

from app.core.database import db, now_ms
from app.security.factors.models import RecoveryCode
from app.security.models import User
from app.security.passwords import off_loop

COUNT = 10
HALF = 5
# Without what is read for something else: 0 and O, 1 and I and L, U and V.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def make_codes() -> list[str]:
    """Such as `7KQ2M-XD4HP`: 49 bits."""
    return [
        "-".join("".join(secrets.choice(LETTERS) for _ in range(HALF)) for _ in "ab") for _ in range(COUNT)
    ]


def is_like_one(text: str) -> bool:
    return len(text) == 2 * HALF and set(text) <= set(LETTERS)


def hash_codes(user: User, codes: list[str]) -> list[str]:
    """35 ms for each: not inside a transaction."""
    salt = user.public_id.encode()
    plain = [code.replace("-", "").encode() for code in codes]
    return off_loop(
        lambda: [hash_secret_raw(code, salt, 2, 19 * 1024, 1, 32, Type.ID).hex() for code in plain]
    )


def store_codes(user_id: int, hashes: list[str]) -> None:
    """Inside transaction(); those from before open nothing any more."""
    delete_codes(user_id)
    db.session.execute(
        sa.insert(RecoveryCode), [{"user_id": user_id, "code_hash": each, "used_at": None} for each in hashes]
    )


def delete_codes(user_id: int) -> None:
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def spend_code(user_id: int, code_hash: str) -> bool:
    """Inside transaction(). Of two uses of one code the second finds it used."""
    used = (
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == code_hash,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now_ms())
    )
    return db.session.execute(used.returning(RecoveryCode.user_id)).first() is not None


def count_left(user_id: int) -> int:
    left = sa.select(sa.func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(left) or 0
