"""Opening an account of one's own. Nobody learns whether an address has one: the answer goes there by mail.

The link opens the account only together with the password that was chosen. Otherwise a stranger could register somebody
else's address, wait for a careless click, and own the account that the victim believes to have.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from app.core import clock, jobs
from app.core.database import db, delete_in_chunks, now_ms, transaction
from app.core.idempotency import claim
from app.core.mail import write_mail
from app.core.upsert import insert_into
from app.security import audit, sessions
from app.security.accounts.mail_links import LIFETIME_H, LIFETIME_MS, read_link, write_link
from app.security.accounts.models import Registration, new_id
from app.security.accounts.owner_mails import reset_address
from app.security.accounts.strength import check_strength
from app.security.errors import LinkExpired, WrongCredentials
from app.security.models import User, new_public_id
from app.security.passwords import hash_password, is_password
from app.security.sessions import Proven

PATH = "/register"
MOST_PATH = 300


def register(email: str, name: str, password: str, return_to: str) -> None:
    """Keep what was filled in, in the place of an earlier try with this address. Raises WeakPassword.

    The same is done for an address that has an account; only the job that writes the mail looks.
    """
    email = email.strip().lower()
    check_strength(password, about=(name, email))
    registration_id = new_id()
    values = {
        "id": registration_id,
        "name": name,
        "password_hash": hash_password(password),
        "return_to": return_to if len(return_to) <= MOST_PATH else "/",
        "expires_at": now_ms() + LIFETIME_MS,
    }
    row = insert_into(Registration).values(email=email, **values)
    with transaction():
        db.session.execute(row.on_conflict_do_update(index_elements=[Registration.email], set_=values))
        jobs.run_later(mail_registration, registration_id, queue="critical")


def mail_registration(registration_id: str) -> None:
    """Once, also when the job runs twice; not at all for one that was replaced meanwhile."""
    pending = db.session.get(Registration, registration_id)
    if pending is None:
        return
    email, name = pending.email, pending.name
    taken = sa.exists().where(User.email == email)
    with transaction():
        if not claim("registration", registration_id, b""):
            return
        if db.session.scalar(sa.select(taken)):
            db.session.execute(sa.delete(Registration).where(Registration.id == registration_id))
            write_mail(email, "security/registered_already.mail.txt", reset=reset_address())
        else:
            link = write_link(PATH, registration_id)
            write_mail(email, "security/register.mail.txt", name=name, link=link, hours=LIFETIME_H)


def find_registration(token: str) -> Registration:
    """Raises LinkExpired for a link that is too old, used, replaced or not ours."""
    mine = Registration.id == read_link(PATH, token)
    found = db.session.scalar(sa.select(Registration).where(mine, Registration.expires_at > now_ms()))
    if found is None:
        raise LinkExpired()
    return found


def confirm(token: str, password: str) -> tuple[str, str]:
    """Open the account, and its first session. Returns the session's id, and where its owner wanted to go.

    Raises LinkExpired, WrongCredentials.
    """
    pending = find_registration(token)
    wanted = sa.delete(Registration).where(Registration.id == pending.id).returning(Registration.return_to)
    values = {"email": pending.email, "name": pending.name, "password_hash": pending.password_hash}
    if not is_password(pending.password_hash, password):
        raise WrongCredentials()
    with transaction():
        # Of two clicks at once the second waits here and finds nothing; neither half is done without the other.
        return_to = db.session.execute(wanted.execution_options(synchronize_session=False)).scalar()
        if return_to is None:
            raise LinkExpired()
        return sessions.open_session(open_account(values)), return_to


def open_account(values: Mapping[str, str], role: str = "shopper") -> Proven:
    """Inside transaction(). Raises LinkExpired when somebody opened one with this address meanwhile."""
    public_id = new_public_id()
    row = insert_into(User).values(public_id=public_id, role=role, created_at=clock.now_ms(), **values)
    user_id = db.session.execute(row.on_conflict_do_nothing().returning(User.id)).scalar()
    if user_id is None:
        raise LinkExpired()
    actor = f"user:{public_id}"
    audit.record("user_registered", actor, actor=actor, role=role, after={"role": role})
    return Proven(user_id, public_id, role, values["password_hash"])


def prune() -> None:
    delete_in_chunks(Registration, Registration.expires_at <= now_ms())
