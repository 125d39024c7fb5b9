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
    rate = 0.0 if is_dead else dice.choice(RATES) * (1 if entry.price_minor < 8000 else 0.5)
    batch = max(entry.on_hand, round(rate * BATCH_DAYS), 4)
    closing, out_for = entry.on_hand, dice.randint(3, 9) if not entry.on_hand else 0
    for day in span:
        row = dict.fromkeys(NAMES, 0) | {"day": day, "closing": closing}
        if closing == 0 and out_for > 0:
            out_for -= 1
            row |= {"out_ms": lengths[day], "refused": draw(dice, rate / 3)}
        else:
            row |= sell(dice, rate * (1.4 if day.weekday() >= 4 else 0.7), closing, lengths[day])
            row["opening"] = closing + row["sold"]
            if row["opening"] >= batch and rate:
                row |= {"received": row["opening"], "opening": 0}
                out_for = dice.choice(RATES)
        row["changes"] = row["sold"] + (row["received"] > 0)
        row["holds"] = row["sold"] + row["refused"]
        closing = row["opening"]
        if day == span[-1]:
            row |= {"received": row["received"] + closing, "opening": 0}
        yield row


def sell(dice: random.Random, rate: float, closing: int, length: int) -> dict[str, int]:
    """On the day the shelf went empty something was sold, and it was empty for the rest of that day."""
    sold = draw(dice, rate)
    if closing == 0:
        return {"sold": max(sold, 1), "out_ms": round(length * dice.uniform(0.1, 0.6))}
    return {"sold": sold}


def draw(dice: random.Random, rate: float) -> int:
    """So many a day on average, now and then two at once."""
    return sum(dice.random() < rate / 3 for _ in range(3))
