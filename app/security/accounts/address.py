"""Another address for an account: it counts once somebody who reads its mail, and is signed in, says so."""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core import jobs
from app.core.database import db, delete_in_chunks, now_ms, transaction
from app.core.idempotency import claim
from app.core.mail import write_mail
from app.core.upsert import insert_into
from app.security import audit
from app.security.accounts.mail_links import LIFETIME_H, LIFETIME_MS, read_link, write_link
from app.security.accounts.models import AddressChange, new_id
from app.security.accounts.owner_mails import reset_address
from app.security.errors import LinkExpired
from app.security.models import User

PATH = "/account/address"


def request_change(user_id: int, email: str) -> None:
    """Inside the transaction of whoever checked the password. Takes the place of an earlier wish.

    Nobody learns here whether the address has an account already: the mail says so, to whoever reads it.
    """
    change_id = new_id()
    values = {"id": change_id, "email": email.strip().lower(), "expires_at": now_ms() + LIFETIME_MS}
    row = insert_into(AddressChange).values(user_id=user_id, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=[AddressChange.user_id], set_=values))
    jobs.run_later(mail_change, change_id, queue="critical")


def mail_change(change_id: str) -> None:
    """Once, also when the job runs twice."""
    change = db.session.get(AddressChange, change_id)
    if change is None:
        return
    email, user_id = change.email, change.user_id
    with transaction():
        if not claim("address-change", change_id, b""):
            return
        if db.session.scalar(sa.select(sa.exists().where(User.email == email))):
            write_mail(email, "security/registered_already.mail.txt", reset=reset_address())
        else:
            name, link = db.session.get_one(User, user_id).name, write_link(PATH, change_id)
            write_mail(email, "security/address_change.mail.txt", name=name, link=link, hours=LIFETIME_H)


def find_change(user_id: int, token: str) -> AddressChange:
    """Raises LinkExpired for a link that is too old, used, replaced, or another account's."""
    mine = sa.and_(AddressChange.id == read_link(PATH, token), AddressChange.user_id == user_id)
    found = db.session.scalar(sa.select(AddressChange).where(mine, AddressChange.expires_at > now_ms()))
    if found is None:
        raise LinkExpired()
    return found


def confirm_change(user_id: int, token: str) -> str:
    """Returns the address that the account has now; the old one is told. Raises LinkExpired."""
    change_id = find_change(user_id, token).id
    try:
        with transaction():
            return move(change_id)
    except IntegrityError:  # somebody opened an account with it meanwhile
        raise LinkExpired() from None


def move(change_id: str) -> str:
    done = sa.delete(AddressChange).where(AddressChange.id == change_id).returning(AddressChange.user_id)
    row = db.session.execute(done.returning(AddressChange.email)).one_or_none()
    if row is None:
        raise LinkExpired()
    user = db.session.get_one(User, row.user_id, with_for_update=True)
    old, user.email = user.email, row.email
    db.session.flush()
    actor = f"user:{user.public_id}"
    write_mail(old, "security/address_changed.mail.txt", name=user.name, email=user.email)
    audit.record("address_changed", actor, actor=actor, role=user.role)
    return user.email


def prune() -> None:
    delete_in_chunks(AddressChange, AddressChange.expires_at <= now_ms())
