"""Inviting colleagues: a link by mail, once, for 72 hours, with the role that it gives."""

import sqlalchemy as sa
from flask import current_app

from app.core import clock
from app.core.database import db, delete_in_chunks, now_ms, transaction
from app.core.errors import Invalid, NotFound
from app.core.mail import write_mail
from app.core.upsert import insert_into
from app.security.accounts.mail_links import read_link, write_link
from app.security.accounts.registration import open_account
from app.security.accounts.strength import check_strength
from app.security.doers import Doer, check_doer
from app.security.errors import LinkExpired
from app.security.passwords import hash_password
from app.security.sessions import Proven
from app.security.staff.models import STAFF_ROLES, Invitation, new_id
from app.security.users import find_user

PATH = "/invitations"
LIFETIME_H = 72
LIFETIME_MS = LIFETIME_H * 3600 * 1000
# What is over stays in the list for a while, so that it can be sent again.
KEPT_MS = 30 * 24 * 3600 * 1000


def invite(email: str, role: str, by: Doer) -> None:
    """In the place of an earlier invitation, whose link ends. Raises Invalid, Forbidden."""
    address = email.strip().lower()
    if role not in STAFF_ROLES:
        raise Invalid(f"Roles are {', '.join(STAFF_ROLES)}")
    with transaction():
        check_doer(by)
        if find_user(address):
            message = "There is an account with this address already. Find it below and change its role."
            raise Invalid(errors=[{"field": "email", "message": message}])
        send(address, role, by)
        by.note("staff_invited", "invitation", after={"role": role})


def send_again(id: str, by: Doer) -> str:
    """Answers to whom. Raises NotFound, Forbidden."""
    with transaction():
        check_doer(by)
        found = db.session.get(Invitation, id, with_for_update=True)
        if found is None:
            raise NotFound("This invitation was taken up, sent again or withdrawn")
        address, role = found.email, found.role
        send(address, role, by)
        by.note("staff_invited", "invitation", after={"role": role})
    return address


def send(address: str, role: str, by: Doer) -> None:
    """Inside transaction()."""
    id = new_id()
    row = {
        "id": id,
        "role": role,
        "invited_by": by.name,
        "sent_at": clock.now_ms(),
        "expires_at": now_ms() + LIFETIME_MS,
    }
    invitation = insert_into(Invitation).values(email=address, **row)
    db.session.execute(invitation.on_conflict_do_update(index_elements=[Invitation.email], set_=row))
    shop = current_app.config["SETTINGS"].SHOP_NAME
    link = write_link(PATH, id)
    write_mail(address, "security/invitation.mail.txt", shop=shop, role=role, link=link, hours=LIFETIME_H)


def withdraw(id: str, by: Doer) -> None:
    """Raises NotFound, Forbidden."""
    gone = sa.delete(Invitation).where(Invitation.id == id).returning(Invitation.role)
    with transaction():
        check_doer(by)
        role = db.session.scalar(gone)
        if role is None:
            raise NotFound("This invitation was taken up, sent again or withdrawn")
        by.note("invitation_withdrawn", "invitation", before={"role": role})


def list_invitations() -> list[tuple[Invitation, bool]]:
    """Each with whether its link is over, the newest first."""
    is_over = Invitation.expires_at <= now_ms()
    return [
        (row, over)
        for row, over in db.session.execute(
            sa.select(Invitation, is_over).order_by(Invitation.sent_at.desc(), Invitation.id)
        )
    ]


def find_invitation(token: str) -> Invitation:
    """Raises LinkExpired for a link that is too old, used, sent again, withdrawn or not ours."""
    mine = Invitation.id == read_link(PATH, token)
    found = db.session.scalar(sa.select(Invitation).where(mine, Invitation.expires_at > now_ms()))
    if found is None:
        raise LinkExpired("This invitation was taken up or has expired: ask for another")
    return found


def accept(token: str, name: str, password: str) -> Proven:
    """Open the account. Raises LinkExpired and WeakPassword."""
    found = find_invitation(token)
    id, email = found.id, found.email
    check_strength(password, about=(name, email))
    values = {"email": email, "name": name, "password_hash": hash_password(password)}
    taken = sa.delete(Invitation).where(Invitation.id == id, Invitation.expires_at > now_ms())
    with transaction():
        # Of two who send the form at once the second waits here and finds nothing.
        role = db.session.scalar(taken.returning(Invitation.role))
        if role is None:
            raise LinkExpired()
        return open_account(values, role)


def prune() -> None:
    delete_in_chunks(Invitation, Invitation.expires_at <= now_ms() - KEPT_MS)
