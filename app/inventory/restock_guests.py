"""Guests who are told on their device that something is back: known by their browser alone, so nothing is confirmed."""

from typing import Any

import sqlalchemy as sa

from app.catalogue.models import Variant
from app.core.database import db, now_ms, run_transaction
from app.core.upsert import insert_into
from app.inventory.errors import TooManyWaiting
from app.inventory.models.alert import new_token
from app.inventory.restocks import MOST_WAITING, WAITING, Wish, get_wanted, read_wishes, request
from app.security.models import User


def ask_here(sku: str, subject: str) -> None:
    """Put this browser on the list of a SKU. Raises as `restocks.ask` does for an account."""
    run_transaction(lambda: enlist(sku, subject))


def enlist(sku: str, subject: str) -> None:
    variant = get_wanted(sku)
    waiting = sa.select(sa.func.count()).where(request.c.subject == subject, WAITING)
    if (db.session.scalar(waiting) or 0) >= MOST_WAITING:
        raise TooManyWaiting(f"You wait for {MOST_WAITING} things already; drop one of them first")
    times = {"created_at": now_ms(), "confirmed_at": now_ms()}
    row = insert_into(request).values(
        variant_id=variant.id, email="", subject=subject, token=new_token(), **times
    )
    db.session.execute(row.on_conflict_do_nothing())


def find_here(sku: str, subject: str) -> Wish | None:
    """What this browser asked for of this SKU, while it waits."""
    found = read_wishes(request.c.subject == subject, Variant.sku == sku, WAITING)
    return found[0] if found else None


def follow_login(_: Any, *, guest: str, owner: str) -> None:
    """In the transaction of a login: what the browser waits for is the account's, which waits for each thing once."""
    account = db.session.scalar(sa.select(User).where(User.public_id == owner.removeprefix("user:")))
    if account is None:
        return
    mine = sa.and_(request.c.subject == guest, WAITING)
    owned = {"user_id": account.id, "confirmed_at": sa.func.coalesce(request.c.confirmed_at, now_ms())}
    same = sa.select(request.c.variant_id).where(mine)
    theirs = sa.and_(request.c.email == account.email, WAITING, request.c.variant_id.in_(same))
    there = db.session.scalars(
        sa.update(request).where(theirs).values(owned).returning(request.c.variant_id)
    ).all()
    db.session.execute(sa.delete(request).where(mine, request.c.variant_id.in_(there)))
    db.session.execute(sa.update(request).where(mine).values(subject=None, email=account.email, **owned))
