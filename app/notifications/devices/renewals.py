"""What a browser says on its own, without anybody asking: that it is still there, and how it is reached by now."""

import sqlalchemy as sa

from app.core.database import db, run_transaction
from app.core.errors import NotFound
from app.notifications.devices.endpoints import Endpoint, check_endpoint
from app.notifications.devices.subscriptions import (
    Offered,
    check_crypto,
    end,
    fill,
    find_by_endpoint,
    find_slot,
    keep_trying,
    key_of,
)
from app.notifications.models import Subscription

# Nobody brings these back but a person who asks for it.
FOR_GOOD = ("unsubscribed", "replaced", "blocked")


def renew(subject: str, session_key: str, public_id: str, offered: Offered) -> Subscription:
    """Go on with a device under the address and the keys that its browser has now; one that had only expired comes back.

    Not inside a transaction, as subscribe(). Raises NotFound for one that was switched off or is somebody else's, and what
    subscribe() raises.
    """
    endpoint = check_endpoint(offered.endpoint)
    check_crypto(offered)
    if find_renewable(subject, public_id) is None:
        run_transaction(lambda: let_go(subject, endpoint))
        raise NotFound("There is no such device")
    return keep_trying(subject, lambda: put_again(subject, session_key, public_id, offered, endpoint))


def find_renewable(subject: str, public_id: str) -> Subscription | None:
    return db.session.scalar(
        sa.select(Subscription)
        .where(
            Subscription.subject == subject,
            Subscription.public_id == public_id,
            Subscription.status.not_in(FOR_GOOD),
        )
        .with_for_update()
    )


def let_go(subject: str, endpoint: Endpoint) -> None:
    """Somebody else is signed in at this browser by now: they must not see what its owner is told."""
    held = find_by_endpoint(endpoint)
    if held and subject.startswith("user:") and held.subject != subject:
        end(held, "replaced")


def put_again(
    subject: str, session_key: str, public_id: str, offered: Offered, endpoint: Endpoint
) -> Subscription:
    key = key_of(offered)
    held = find_renewable(subject, public_id)
    if held is None:
        raise NotFound("There is no such device")
    other = find_by_endpoint(endpoint)
    if other and other.id != held.id:
        end(other, "replaced")
        db.session.flush()
    if held.status != "active":
        held.slot = find_slot(subject, False)
        held.status, held.ended_at, held.errors, held.first_error_at = "active", None, 0, None
    held.session_key = session_key
    fill(held, offered, endpoint, key)
    return held
