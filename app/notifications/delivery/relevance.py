"""Whether a push still says something when its turn has come."""

import logging
from collections.abc import Iterator, Mapping

from app.core.database import db
from app.notifications.categories import get_category
from app.notifications.choices import preferences
from app.notifications.choices.preferences import Stored
from app.notifications.delivery.claims import Claimed
from app.notifications.devices.endpoints import BlockedEndpoint, check_endpoint

BROKEN = "broken"

log = logging.getLogger(__name__)


def find_reasons(claimed: list[Claimed], now: int) -> Iterator[tuple[Claimed, str | None]]:
    """Each with why it is not sent any more; None for what is."""
    chosen = preferences.stored_of_many({each.notification.subject for each in claimed})
    for each in claimed:
        yield each, ask(each, chosen.get(each.notification.subject, {}), now)


def ask(claimed: Claimed, chosen: Mapping[str, Stored], now: int) -> str | None:
    """A feature's own question that fails must not keep the others from what they wait for."""
    try:
        return find_reason(claimed, chosen, now)
    except Exception:
        db.session.rollback()  # PostgreSQL would refuse every later question
        log.exception("nobody knows whether a push of category %s is wanted", claimed.notification.category)
        return BROKEN


def find_reason(claimed: Claimed, chosen: Mapping[str, Stored], now: int) -> str | None:
    told, device = claimed.notification, claimed.device
    if device.status != "active":
        return "device_gone"
    if now >= told.expires_at:
        return "expired"
    if told.read_at is not None:
        return "read"
    category = get_category(told.category)
    if "push" not in preferences.apply(category, chosen.get(told.category, {})):
        return "unwanted"
    if not category.is_relevant(told.about, told.facts):
        return "irrelevant"
    return None if is_allowed(device.endpoint) else "blocked"


def is_allowed(endpoint: str) -> bool:
    """Looked at again: the list may be shorter than when the address was taken."""
    try:
        check_endpoint(endpoint)
    except BlockedEndpoint:
        return False
    return True
