"""Answers that the shelf has overtaken: a quoted product that is sold out meanwhile, is back, or costs another price.

What changes is only noted where it happens, after a look into an index. The clock tells it: the agents at once, the shopper
when it has stayed so for a moment, since what flips back was no news.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import sqlalchemy as sa

from app.catalogue.models import Variant
from app.chat import lines, log, queries
from app.chat.models import Message, QuotedCard, Room
from app.chat.shelf import goods, quotes
from app.chat.shelf.goods import Good
from app.core.database import db, now_ms, read_now, run_transaction
from app.core.fragments import money
from app.core.outbox import Announcement
from app.orders import checkout

SETTLE_MS = 4_000
BATCH = 200
WORDS = {"out": "sold out meanwhile", "back": "available again", "gone": "no longer for sale"}

card = QuotedCard.__table__
# Built once: the first runs with every change of stock, and mostly finds nothing.
TOLD = sa.select(card.c.told).where(card.c.sku == sa.bindparam("sku")).distinct()
OF_PRODUCT = (
    sa.select(card.c.sku)
    .join(Variant, Variant.sku == card.c.sku)
    .where(Variant.product_id == sa.bindparam("product", type_=sa.BigInteger))
    .distinct()
)
NOTE = (
    sa.update(card)
    .where(card.c.sku == sa.bindparam("of_sku"), card.c.told != sa.bindparam("truth"))
    .values(noticed_at=sa.func.coalesce(card.c.noticed_at, now_ms()))
)
LAST = sa.tuple_(sa.bindparam("room", type_=sa.BigInteger), sa.bindparam("sku", type_=sa.String))
NOTED = (
    sa.select(card.c.room_id, card.c.sku)
    .where(card.c.noticed_at.is_not(None), sa.tuple_(card.c.room_id, card.c.sku) > LAST)
    .order_by(card.c.room_id, card.c.sku)
    .distinct()
    .limit(BATCH)
)

journal = logging.getLogger(__name__)


@dataclass(frozen=True)
class Warned:
    """A product of which the answer is true no longer. `having` is in, out or gone."""

    good: Good
    having: str
    quoted_having: str
    quoted_minor: int

    @property
    def is_repriced(self) -> bool:
        return self.good.price_minor != self.quoted_minor


def stock_changed(event: Announcement) -> None:
    notice(event.key)


def item_changed(event: Announcement) -> None:
    for sku in db.session.scalars(OF_PRODUCT, {"product": int(event.key)}).all():
        notice(sku)


def notice(sku: str) -> None:
    """Note that the shelf says something else than some room was told. That it no longer does is for the clock to see."""
    told = db.session.scalars(TOLD, {"sku": sku}).all()
    if not told:
        return
    good = goods.get_good(sku)
    truth = quotes.tell(good.having(), good.price_minor)
    if any(each != truth for each in told):
        run_transaction(lambda: db.session.execute(NOTE, {"of_sku": sku, "truth": truth}))


def tell_noticed() -> None:
    """By the clock, every second. A room that cannot be told keeps no other from the news, however many there are."""
    told, last = 0, {"room": 0, "sku": ""}
    while told < BATCH and (noted := db.session.execute(NOTED, last).all()):
        for room_id, found in groupby(noted, key=lambda row: row.room_id):
            try:
                run_transaction(partial(tell_room, room_id, [row.sku for row in found]))
                told += 1
            except Exception:
                journal.exception("room %s could not be told what has changed", room_id)
        last = {"room": noted[-1].room_id, "sku": noted[-1].sku}


def tell_room(room_id: int, skus: Sequence[str]) -> None:
    """The cards are locked before the shelf is read: what changes afterwards waits, and is noted anew."""
    room = queries.get_room(room_id)
    queries.lock_room(room)
    cards = list_cards(room.id, skus)
    found = look_for(room, skus)
    for sku, of_sku in groupby(cards, key=lambda each: each.sku):
        tell_cards(room, *found[sku], list(of_sku))
    db.session.flush()


def look_for(room: Room, skus: Collection[str]) -> dict[str, tuple[Good, str]]:
    """By SKU, with whether the shopper of this room can have it: what is kept for them is there for nobody else.

    That is read first, since what is let go of in between must not count as gone.
    """
    kept = checkout.kept_units(room.owner) if room.owner else {}
    found = goods.find_goods(skus)
    return {sku: (good, good.having(kept.get(sku, 0))) for sku, good in found.items()}


def list_cards(room_id: int, skus: Collection[str]) -> Sequence[QuotedCard]:
    return db.session.scalars(
        sa.select(QuotedCard)
        .where(QuotedCard.room_id == room_id, QuotedCard.sku.in_(skus))
        .order_by(QuotedCard.sku, QuotedCard.message_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def tell_cards(room: Room, good: Good, having: str, cards: Sequence[QuotedCard]) -> None:
    """Warn and correct, as far as it is time for either. All `cards` are of one SKU."""
    truth = quotes.tell(having, good.price_minor)
    if any(each.warned != truth for each in cards):
        warn(room, good, cards, truth)
    changed = [each for each in cards if each.told != truth]
    if changed and not is_settled(changed):
        return
    if changed:
        correct(room, good, changed, truth)
    for each in cards:
        each.told, each.noticed_at = truth, None


def warn(room: Room, good: Good, cards: Sequence[QuotedCard], truth: str) -> None:
    """The agents' pages look at their warnings again; a new price shows on the cards themselves."""
    log.append(room, "i", "change", warning=good.sku)
    for each in cards:
        if price_of(each.warned) != price_of(truth):
            log.append(room, "p", "change", message_id=each.message_id)
        each.warned = truth


def is_settled(cards: Sequence[QuotedCard]) -> bool:
    noticed = [each.noticed_at for each in cards if each.noticed_at is not None]
    return bool(noticed) and min(noticed) <= read_now() - SETTLE_MS


def correct(room: Room, good: Good, cards: Sequence[QuotedCard], truth: str) -> None:
    """One card for the shopper, however often it was quoted."""
    newest = cards[-1]
    what, was_minor = name_change(newest.told, truth), price_of(newest.told)
    facts = quotes.snapshot(good) | {"correction": what}
    if what == "price":
        facts["was_minor"] = was_minor
    key = f"stale-{newest.message_id}-{room.head_p}"
    lines.say(room, "card", key, describe(good, what, was_minor), **facts)


def name_change(told: str, truth: str) -> str:
    """Whether it can be had comes before what it costs."""
    before, after = told.split()[0], truth.split()[0]
    if before == after:
        return "price"
    return "back" if after == "in" else after


def describe(good: Good, what: str, was_minor: int) -> str:
    if what == "price":
        return f"{good.title} costs {money(good.price_minor)} now, not {money(was_minor)}"
    return f"{good.title} is {WORDS[what]}"


def price_of(told: str) -> int:
    return int(told.split()[1])


def list_warnings(room: Room) -> list[Warned]:
    """What was quoted last in this room and is otherwise now, for as long as it is."""
    rows = db.session.execute(
        sa.select(QuotedCard.sku, Message.payload)
        .join(Message, Message.id == QuotedCard.message_id)
        .where(QuotedCard.room_id == room.id)
        .order_by(QuotedCard.message_id)
    )
    quoted = {sku: payload for sku, payload in rows}
    found = look_for(room, quoted)
    warnings = [make_warning(*found[sku], quoted[sku]) for sku in quoted]
    return [each for each in warnings if each.is_repriced or each.having != each.quoted_having]


def make_warning(good: Good, having: str, quoted: dict[str, object]) -> Warned:
    had = "in" if quoted["status"] in ("in", "low") else "out"
    return Warned(good, having, had, int(str(quoted["price_minor"])))


def room_ended(event: Announcement) -> None:
    """Nobody is corrected in a conversation that is over."""

    def forget() -> None:
        room = queries.find_room(event.key)
        if room and not room.is_live:
            db.session.execute(sa.delete(card).where(card.c.room_id == room.id))

    run_transaction(forget)
