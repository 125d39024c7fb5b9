"""Which keys the shop has: one is active, those before it stay until no browser needs them."""

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec
from flask import current_app

from app.core.database import db, now_ms, read_now, run_transaction
from app.core.errors import DomainError, NotFound
from app.core.sealing import SealBroken, seal, unseal
from app.notifications.keys import pairs
from app.notifications.models import Subscription, VapidKey
from app.settings import Settings

KEPT_MS = 90 * 24 * 3600 * 1000
SEALED_FOR = "vapid"


class KeyUnreadable(DomainError):
    code, kind, title = (
        "push_key_unreadable",
        "invalid",
        "The push key cannot be read: it was stored under another SECRET_KEY. Put that one back, or run"
        " `flask vapid --rotate`",
    )


class KeyIsSet(DomainError):
    code, kind, title = (
        "push_key_set",
        "conflict",
        "The push key is set by PUSH_VAPID_PUBLIC_KEY and PUSH_VAPID_PRIVATE_KEY: change the two there, or remove them"
        " and run this again",
    )


def active_key() -> VapidKey:
    """Raises NotFound where nobody has made one."""
    found = db.session.scalar(sa.select(VapidKey).where(VapidKey.status == "active"))
    if found is None:
        raise NotFound("The shop has no push key; run `flask vapid`")
    return found


def get_key(key_id: int) -> VapidKey:
    found = db.session.get(VapidKey, key_id)
    if found is None:
        raise NotFound("There is no such push key")
    return found


def private_of(key: VapidKey) -> ec.EllipticCurvePrivateKey:
    """Raises KeyUnreadable."""
    try:
        return pairs.read_private(unseal(SEALED_FOR, key.sealed).decode())
    except SealBroken:
        raise KeyUnreadable() from None


def ensure_key() -> VapidKey:
    """The active key: that of the settings if there is one there, otherwise the one in the database, made if need be."""
    settings: Settings = current_app.config["SETTINGS"]
    given = pairs.read_private(settings.PUSH_VAPID_PRIVATE_KEY) if settings.PUSH_VAPID_PRIVATE_KEY else None
    return run_transaction(lambda: ensure(given))


def ensure(given: ec.EllipticCurvePrivateKey | None) -> VapidKey:
    found = db.session.scalar(sa.select(VapidKey).where(VapidKey.status == "active"))
    if found and (given is None or found.public == pairs.public_of(given) and is_readable(found)):
        return found
    return activate(given or pairs.new_private())


def is_readable(key: VapidKey) -> bool:
    try:
        private_of(key)
    except KeyUnreadable:
        return False
    return True


def rotate_key() -> VapidKey:
    """A new active key. Browsers change to it when they next open a page; until then they are sent to with their own.

    Raises KeyIsSet: the next start would bring back that of the settings.
    """
    if current_app.config["SETTINGS"].PUSH_VAPID_PRIVATE_KEY:
        raise KeyIsSet()
    return run_transaction(lambda: activate(pairs.new_private()))


def activate(private: ec.EllipticCurvePrivateKey) -> VapidKey:
    """Call inside transaction(). The one before retires; one that was here before comes back."""
    db.session.execute(
        sa.update(VapidKey).where(VapidKey.status == "active").values(status="retiring", retired_at=now_ms())
    )
    public = pairs.public_of(private)
    key = db.session.scalar(sa.select(VapidKey).where(VapidKey.public == public))
    if key is None:
        key = VapidKey(public=public, created_at=read_now())
        db.session.add(key)
    key.sealed = seal(SEALED_FOR, pairs.write_private(private).encode())
    key.status, key.retired_at = "active", None
    db.session.flush()
    return key


def revoke_old() -> int:
    """Keys that retired long ago, and with them the devices that never came back to change. Answers how many keys."""
    return run_transaction(revoke)


def revoke() -> int:
    old = db.session.scalars(
        sa.update(VapidKey)
        .where(VapidKey.status == "retiring", VapidKey.retired_at < now_ms() - KEPT_MS)
        .values(status="revoked")
        .returning(VapidKey.id)
    ).all()
    if old:
        db.session.execute(
            sa.update(Subscription)
            .where(Subscription.key_id.in_(old), Subscription.status == "active")
            .values(status="needs_resubscribe", ended_at=now_ms())
        )
    return len(old)
