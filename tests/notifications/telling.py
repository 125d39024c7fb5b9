"""Something to tell about, and somebody who is told, as the tests of notifications use them."""

import itertools
from dataclasses import replace

from app.core.database import db, transaction
from app.notifications import categories, notify
from app.notifications.categories import Category, Words
from app.notifications.models import Notification
from app.notifications.notify import Notice

ADA = "visitor:ada"
numbers = itertools.count(1)

WORDS = Words(
    key="parcel_sent",
    title="{{ name }}, your parcel is on its way",
    body="{{ count | plural('piece', 'pieces') }} left us today.",
    url="/parcels/{{ number }}",
    variables={"name": "Ada", "count": 2, "number": "P-1"},
    actions=({"action": "track", "title": "Track it", "url": "/parcels/{{ number }}/track"},),
)
PARCELS = Category(
    name="parcels",
    title="Parcels",
    explanation="Where your parcels are.",
    kind="transactional",
    words=(WORDS,),
    urgency="high",
    lane="now",
    bypasses_quiet=True,
    defaults=frozenset({"page", "push"}),
)


def register(app, **changes):
    """A category of parcels, with these differences."""
    category = replace(PARCELS, **changes)
    categories.register(app, category)
    return category


def tell(subject=ADA, dedup_key=None, about="", **facts):
    """The notification's public id, or None."""
    notice = Notice(
        subject,
        WORDS.key,
        dedup_key or f"parcel:{next(numbers)}",
        {"name": "Ada", "count": 2, "number": "P-1"} | facts,
        about,
    )
    with transaction():
        return notify.notify(notice)


def find(public_id):
    db.session.expire_all()
    return db.session.query(Notification).filter_by(public_id=public_id).one()
