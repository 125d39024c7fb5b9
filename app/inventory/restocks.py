"""Requests to be told when something is back: asked on its page, confirmed by mail, taken back by a link in every mail.

An account's request counts at once. A guest's counts once somebody who reads that address has said yes, or anybody could
have mails sent to anybody. Whoever asks is told the same whether the address was known or not.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.catalogue.models import Product, Variant
from app.catalogue.queries import name_item
from app.core.database import db, delete_in_chunks, now_ms, run_transaction
from app.core.mail import write_mail
from app.core.upsert import insert_into
from app.inventory import queries
from app.inventory.errors import InStock, NotForSale, TooManyWaiting
from app.inventory.models import RestockRequest
from app.inventory.models.alert import new_token
from app.security.errors import LinkExpired
from app.security.models import User

LINK_HOURS = 48
LINK_MS = LINK_HOURS * 3600 * 1000
MAIL_AGAIN_MS = 10 * 60 * 1000
KEEP_TOLD_MS = 30 * 24 * 3600 * 1000
KEEP_GUEST_MS = 90 * 24 * 3600 * 1000
MOST_WAITING = 50
PATH = "/back-in-stock"
LINK_OVER = "This link has expired or was used already. You can ask again on the page of what you wait for."

request = RestockRequest.__table__
WAITING = request.c.notified_at.is_(None)
CONFIRMED = request.c.confirmed_at.is_not(None)
# Older ones await their deletion and open nothing any more.
VALID = sa.or_(CONFIRMED, request.c.linked_at > now_ms() - LINK_MS)
OVER = sa.or_(
    request.c.notified_at < now_ms() - KEEP_TOLD_MS,
    sa.and_(request.c.confirmed_at.is_(None), request.c.linked_at < now_ms() - LINK_MS),
    sa.and_(WAITING, request.c.subject.is_not(None), request.c.created_at < now_ms() - KEEP_GUEST_MS),
)


@dataclass(frozen=True)
class Wish:
    """One request as its page and its mails show it. `is_told` means that there is nothing to wait for any more.

    `subject` is who may be told on their devices: an account, or a guest who gave no address; none for an address alone.
    """

    token: str
    email: str
    subject: str | None
    item: str
    product: str
    slug: str
    sku: str
    is_confirmed: bool
    is_told: bool

    @property
    def path(self) -> str:
        return f"/products/{self.slug}?sku={self.sku}"

    @property
    def link(self) -> str:
        return f"{public_url()}{PATH}/{self.token}"

    @property
    def stop_link(self) -> str:
        return f"{self.link}/stop"

    @property
    def shop_link(self) -> str:
        return f"{public_url()}{self.path}"


def public_url() -> str:
    return str(current_app.config["SETTINGS"].PUBLIC_URL)


def ask(sku: str, email: str, user: User | None = None) -> bool:
    """Put this address on the list of a SKU. True when that counts at once: it is the account's own address.

    Otherwise a mail with a link is on its way, unless the address has one or is on the list. Raises UnknownSku,
    NotForSale, InStock, and TooManyWaiting for an account; a guest's address with that many just gets no mail.
    """
    address = email.strip().lower()
    user_id = user.id if user and user.email == address else None
    run_transaction(lambda: enlist(sku, address, user_id))
    return user_id is not None


def enlist(sku: str, address: str, user_id: int | None) -> None:
    """Call inside transaction()."""
    variant = get_wanted(sku)
    mine = sa.and_(request.c.variant_id == variant.id, request.c.email == address, WAITING)
    if is_full(address) and not db.session.scalar(sa.select(sa.exists().where(mine))):
        if user_id is None:
            return
        raise TooManyWaiting(f"You wait for {MOST_WAITING} things already; drop one of them first")
    row = insert_into(request).values(
        variant_id=variant.id, email=address, token=new_token(), created_at=now_ms()
    )
    db.session.execute(row.on_conflict_do_nothing())
    if user_id is None:
        mail_link(mine)
    else:
        confirmed = sa.func.coalesce(request.c.confirmed_at, now_ms())
        db.session.execute(sa.update(request).where(mine).values(user_id=user_id, confirmed_at=confirmed))


def get_wanted(sku: str) -> Variant:
    """Raises UnknownSku, NotForSale, or InStock."""
    stock = queries.get_stock(sku)
    variant = db.session.scalars(sa.select(Variant).where(Variant.sku == sku)).one()
    if variant.retired_at is not None or variant.product.status != "active":
        raise NotForSale("This is no longer sold, so it will not come back")
    if stock.available >= 1:
        raise InStock("It is in stock again: reload the page and take it")
    return variant


def is_full(address: str) -> bool:
    waiting = sa.select(sa.func.count()).select_from(request).where(request.c.email == address, WAITING)
    return (db.session.scalar(waiting) or 0) >= MOST_WAITING


def mail_link(mine: sa.ColumnElement[bool]) -> None:
    """Mail the link that confirms, unless it was mailed just now or is not needed."""
    recently = request.c.linked_at > now_ms() - MAIL_AGAIN_MS
    claim = sa.update(request).where(
        mine, sa.not_(CONFIRMED), sa.or_(request.c.linked_at.is_(None), sa.not_(recently))
    )
    token = db.session.scalar(claim.values(linked_at=now_ms()).returning(request.c.token))
    if token:
        wish = get_wish(token)
        write_mail(wish.email, "inventory/restock_confirm.mail.txt", wish=wish, hours=LINK_HOURS)


def get_wish(token: str) -> Wish:
    """Raises LinkExpired for a token that is unknown, too old, or was used to leave the list."""
    found = read_wishes(request.c.token == token, VALID)
    if not found:
        raise LinkExpired(LINK_OVER)
    return found[0]


def confirm(token: str) -> None:
    """Put on the list whoever was mailed this token, once. Call inside transaction(). Raises LinkExpired."""
    change = sa.update(request).where(request.c.token == token, sa.not_(CONFIRMED), VALID)
    if not db.session.scalar(change.values(confirmed_at=now_ms()).returning(request.c.id)):
        raise LinkExpired(LINK_OVER)


def cancel(token: str) -> None:
    """Forget a request, whatever has become of it. Call inside transaction(). Raises LinkExpired."""
    if not db.session.scalar(sa.delete(request).where(request.c.token == token).returning(request.c.id)):
        raise LinkExpired(LINK_OVER)


def list_requests(user: User) -> list[Wish]:
    """What this account waits for, the newest first."""
    return read_wishes(request.c.user_id == user.id, CONFIRMED, WAITING)


def find_request(user: User | None, sku: str) -> Wish | None:
    """What this account asked for of this SKU, while it waits."""
    if user is None:
        return None
    found = read_wishes(request.c.user_id == user.id, Variant.sku == sku, CONFIRMED, WAITING)
    return found[0] if found else None


def count_waiting(sku: str) -> int:
    """How many people will be told when this SKU is back."""
    waiting = sa.select(sa.func.count()).join_from(request, Variant, Variant.id == request.c.variant_id)
    return db.session.scalar(waiting.where(Variant.sku == sku, CONFIRMED, WAITING)) or 0


def read_wishes(*conditions: sa.ColumnElement[bool]) -> list[Wish]:
    columns = (request.c.token, request.c.email, request.c.confirmed_at, request.c.notified_at)
    rows = db.session.execute(
        sa.select(*columns, Product.name, Product.slug, Variant.sku, Variant.glaze, Variant.size)
        .add_columns(sa.func.coalesce(request.c.subject, "user:" + User.public_id).label("subject"))
        .join_from(request, Variant, Variant.id == request.c.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(User, User.id == request.c.user_id)
        .where(*conditions)
        .order_by(request.c.id.desc())
    )
    return [make_wish(row) for row in rows]


def make_wish(row: Any) -> Wish:
    return Wish(
        token=row.token,
        email=row.email,
        subject=row.subject,
        item=name_item(row.name, row.glaze, row.size),
        product=row.name,
        slug=row.slug,
        sku=row.sku,
        is_confirmed=row.confirmed_at is not None,
        is_told=row.notified_at is not None,
    )


def prune() -> None:
    """Forget what is needed no more: a month after the mail, two days after an unanswered question.

    And browsers that waited for three months: nobody else would ever take them back, and most are gone.
    """
    delete_in_chunks(RestockRequest, OVER)
