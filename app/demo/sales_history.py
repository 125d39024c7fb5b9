"""The demo's invented past: three months of days in the roll-ups, so that a new shop's reports have something to say.

The ledger knows nothing of it: it begins with the opening stock on the day the shop is filled. Each SKU's days are made
backwards from that stock, so its last invented day ends with what is on the shelf.
"""

import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.core.database import db
from app.demo.assortment import DemoVariant
from app.inventory import days
from app.inventory.models import StockDay

DAYS = 90
DAYS_OF_A_NEW_ONE = 24
# A slow seller in so many has not sold for months.
DEAD_ONE_IN = 16
BATCH_DAYS = 24
DEAR_MINOR = 8000
BROKEN = 0.03
# Units a day: a few sell every other day, most now and then.
RATES = (0.02, 0.04, 0.06, 0.1, 0.15, 0.25, 0.7)
NAMES = (
    "opening", "received", "sold", "returned", "adjusted", "damaged", "closing", "changes", "holds",
    "holds_expired", "refused", "out_ms",
)  # fmt: skip


def add_past(levels: list[tuple[int, DemoVariant, bool]]) -> None:
    """Of each level, what it holds and whether it is new. Call inside transaction()."""
    today = days.day_of(clock.now_ms())
    span = [today - back * days.ONE for back in range(1, DAYS + 1)]
    lengths = {day: days.begin_of(day + days.ONE) - days.begin_of(day) for day in span}
    rows = [
        {"stock_level_id": level_id, **row}
        for level_id, entry, is_new in levels
        for row in invent_days(entry, span[: DAYS_OF_A_NEW_ONE if is_new else DAYS], lengths)
    ]
    db.session.execute(sa.insert(StockDay), rows)


def invent_days(entry: DemoVariant, span: list[date], lengths: dict[date, int]) -> Iterator[dict[str, Any]]:
    """Newest day first. The same shop always has the same past, counted back from its first day."""
    dice = random.Random(entry.sku)
    is_dead = entry.on_hand > 0 and dice.randrange(DEAD_ONE_IN) == 0
    rate = 0.0 if is_dead else dice.choice(RATES) * (0.5 if entry.price_minor > DEAR_MINOR else 1.0)
    batch = max(entry.on_hand + 1 + round(rate * dice.randint(2, BATCH_DAYS)), 4)
    closing, out_for = entry.on_hand, dice.randint(3, 9) if not entry.on_hand else 0
    for day in span:
        opening = received = refused = out_ms = sold = 0
        if closing == 0 and out_for > 0:
            out_for, out_ms, refused = out_for - 1, lengths[day], draw(dice, rate / 3)
        else:
            sold = draw(dice, rate * (1.4 if day.weekday() >= 4 else 0.7))
            if closing == 0:  # it sold out on this day, and not before something was sold
                sold, out_ms = max(sold, 1), round(lengths[day] * dice.uniform(0.1, 0.6))
            opening = closing + sold
            if (rate and opening >= batch) or day == span[-1]:
                opening, received, out_for = 0, opening, dice.choice((0, 1, 2, 4))
        row = {"opening": opening, "received": received, "sold": sold, "closing": closing}
        row |= {"refused": refused, "out_ms": out_ms, "damaged": int(sold > 0 and dice.random() < BROKEN)}
        row |= {"changes": sold + (received > 0), "holds": sold + refused}
        yield {"day": day, **dict.fromkeys(NAMES, 0), **row}
        closing = opening


def draw(dice: random.Random, rate: float) -> int:
    """So many a day on average, now and then two at once."""
    return sum(dice.random() < rate / 3 for _ in range(3))
