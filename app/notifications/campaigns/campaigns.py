"""A promotion's life: a draft that can be changed, then sent once, and stopped while it is under way."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from app.core import outbox
from app.core.database import db, now_ms, read_now
from app.core.errors import DomainError, Invalid, NotFound
from app.notifications.campaigns.category import KEY
from app.notifications.delivery import queueing
from app.notifications.models import Campaign, Delivery, Notification, Preference, Subscription
from app.notifications.texts import rendering, templates
from app.notifications.texts.rendering import Rendered
from app.security import audit

CAMPAIGN_DUE = "campaign_due"
LONGEST_NAME = 120
# The words take it as a part of a path, where these signs would be quoted.
UNMARKED = re.compile(r"[^?#%]*")
SHOWN = 100
# Who asked for promotions, in whatever way there is for them.
ASKED = sa.and_(
    Preference.category == KEY, Preference.enabled.is_(True), Preference.channel.in_(("page", "push"))
)


class WrongMoment(DomainError):
    code, kind, title = "promotion_moment", "conflict", "This cannot be done with this promotion now"


@dataclass(frozen=True)
class Offer:
    """What staff typed. `path` is the page of the shop that it leads to."""

    title: str
    body: str
    path: str


@dataclass(frozen=True)
class Deed:
    """Who does it, as the audit names them."""

    actor: str
    role: str


@dataclass(frozen=True)
class Audience:
    """How many asked for promotions, and how many devices of theirs take pushes."""

    people: int
    devices: int


@dataclass(frozen=True)
class Progress:
    """Pushes of one promotion; `told` are the people who have it in their list or on a device."""

    told: int
    waiting: int
    accepted: int
    failed: int
    left_out: int
    shown: int
    clicked: int


def count_audience() -> Audience:
    asked = sa.select(Preference.subject).where(ASKED)
    people = sa.select(sa.func.count(sa.distinct(Preference.subject))).where(ASKED)
    devices = sa.select(sa.func.count()).where(
        Subscription.status == "active", Subscription.subject.in_(asked.where(Preference.channel == "push"))
    )
    return Audience(db.session.scalar(people) or 0, db.session.scalar(devices) or 0)


def list_campaigns() -> Sequence[Campaign]:
    """Newest first."""
    return db.session.scalars(sa.select(Campaign).order_by(Campaign.id.desc()).limit(SHOWN)).all()


def get_campaign(public_id: str) -> Campaign:
    """Raises NotFound."""
    found = db.session.scalar(sa.select(Campaign).where(Campaign.public_id == public_id))
    if found is None:
        raise NotFound("There is no such promotion")
    return found


def preview(offer: Offer) -> Rendered:
    """As it will read. Raises Invalid, naming the field."""
    check(offer)
    return fill_in(asdict(offer))


def fill_in(facts: Mapping[str, object]) -> Rendered:
    """One that is stored, whatever may be written by now."""
    return rendering.render(templates.get_published(KEY), facts)


def check(offer: Offer) -> None:
    bounds = (("title", rendering.LONGEST_TITLE), ("body", rendering.LONGEST_BODY))
    errors = []
    for name, most in bounds:
        length = len(getattr(offer, name))
        if not 1 <= length <= most:
            errors.append({"field": name, "message": f"Between 1 and {most} characters"})
    if not rendering.PATH.fullmatch(offer.path):
        errors.append({"field": "path", "message": "A page of this shop, such as /new"})
    elif not UNMARKED.fullmatch(offer.path):
        errors.append({"field": "path", "message": "An address without ?, # and %, such as /new"})
    if errors:
        raise Invalid(errors=errors)


def save_draft(public_id: str | None, name: str, offer: Offer, by: Deed) -> Campaign:
    """Inside the running transaction: a new one, or another wording of one. Raises Invalid, NotFound, WrongMoment."""
    preview(offer)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(errors=[{"field": "name", "message": f"Between 1 and {LONGEST_NAME} characters"}])
    if public_id is None:
        template = templates.get_published(KEY)
        draft = Campaign(created_by=by.actor, created_at=read_now(), template_id=template.id)
        db.session.add(draft)
    else:
        draft = get_campaign(public_id)
        if draft.status != "draft":
            raise WrongMoment("It has been sent; write another one")
    draft.name, draft.facts = name, asdict(offer)
    db.session.flush()
    record("promotion_written", draft.public_id, by)
    return draft


def discard(public_id: str, by: Deed) -> None:
    """Inside the running transaction. Raises WrongMoment when it is no draft any more."""
    gone = sa.delete(Campaign).where(Campaign.public_id == public_id, Campaign.status == "draft")
    if db.session.scalar(gone.returning(Campaign.id)) is None:
        raise WrongMoment("It has been sent, or somebody has deleted it")
    record("promotion_discarded", public_id, by)


def send(public_id: str, by: Deed) -> None:
    """Inside the running transaction; a worker tells the people after it. Raises WrongMoment for what was sent before."""
    begun = {"status": "sending", "started_at": now_ms(), "template_id": templates.get_published(KEY).id}
    move(public_id, ("draft",), begun, "It has been sent already")
    record("promotion_sent", public_id, by)
    outbox.announce(CAMPAIGN_DUE, public_id)


def stop(public_id: str, by: Deed) -> int:
    """Inside the running transaction: whoever has not got it gets it no more. Answers how many pushes that were."""
    ended = {"status": "stopped", "ended_at": now_ms()}
    campaign_id = move(public_id, ("sending", "sent"), ended, "It is not under way")
    record("promotion_stopped", public_id, by)
    of_it = Notification.campaign_id == campaign_id
    under_way = sa.exists().where(Delivery.notification_id == Notification.id, Delivery.state == "sending")
    db.session.execute(
        sa.update(Notification)
        .where(of_it, under_way)
        .values(expires_at=now_ms())
        .execution_options(synchronize_session=False)
    )
    return queueing.suppress(sa.select(Notification.id).where(of_it), "stopped")


def move(public_id: str, before: tuple[str, ...], values: Mapping[str, object], problem: str) -> int:
    """Of two at once one finds it as it was. The promotion's id."""
    moved = sa.update(Campaign).where(Campaign.public_id == public_id, Campaign.status.in_(before))
    found = db.session.scalar(moved.values(values).returning(Campaign.id))
    if found is None:
        raise WrongMoment(problem)
    return found


def record(action: str, public_id: str, by: Deed) -> None:
    audit.record(action, f"promotion:{public_id}", actor=by.actor, role=by.role)


def read_progress(campaign: Campaign) -> Progress:
    counted = (
        sa.select(
            Delivery.state,
            sa.func.count(),
            sa.func.count(Delivery.displayed_at),
            sa.func.count(Delivery.clicked_at),
        )
        .join(Notification, Notification.id == Delivery.notification_id)
        .where(Notification.campaign_id == campaign.id)
        .group_by(Delivery.state)
    )
    rows = db.session.execute(counted).all()
    by_state = {row[0]: row[1] for row in rows}

    def total(*states: str) -> int:
        return sum(by_state.get(state, 0) for state in states)

    return Progress(
        told=campaign.told,
        waiting=total("pending", "retry", "sending"),
        accepted=total("accepted"),
        failed=total("failed", "gone"),
        left_out=total("suppressed", "expired"),
        shown=sum(row[2] for row in rows),
        clicked=sum(row[3] for row in rows),
    )
