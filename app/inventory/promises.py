"""Units that staff keep for somebody: a hold of its own, which that person's checkout takes over.

They change hands in one transaction, so that no unit of them is free in between.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from app.core.database import db
from app.inventory import holds
from app.inventory.allocation import Step
from app.inventory.errors import PromiseGone
from app.inventory.holds import COLUMNS, HELD, Hold, hold

PROMISED = (
    sa.select(*COLUMNS)
    .where(hold.c.promised_to == sa.bindparam("whom"), hold.c.promised_to.is_not(None), HELD)
    .order_by(hold.c.id)
)


def list_promises(whom: str) -> list[Hold]:
    """What is kept for them, in the order of locks."""
    return [holds.read_hold(row) for row in db.session.execute(PROMISED, {"whom": whom}).all()]


def count_units(promised: Iterable[Hold]) -> dict[str, int]:
    """By SKU."""
    units: Counter[str] = Counter()
    for each in promised:
        units.update(each.units)
    return dict(units)


def choose(promised: Iterable[Hold], wanted: Mapping[str, int], held: Mapping[str, int]) -> list[Hold]:
    """Those that are needed for what is wanted and not `held` yet; the others stay as they are."""
    missing = {sku: units - held.get(sku, 0) for sku, units in wanted.items()}
    chosen = []
    for each in promised:
        if any(missing.get(sku, 0) > 0 for sku in each.units):
            chosen.append(each)
            missing = {sku: units - each.units.get(sku, 0) for sku, units in missing.items()}
    return chosen


def still_wanted(wanted: Mapping[str, int], promised: Iterable[Hold]) -> dict[str, int]:
    """What the shelf must give besides what is kept."""
    kept = count_units(promised)
    return {sku: max(0, units - kept.get(sku, 0)) for sku, units in wanted.items()}


def take_over(promised: Sequence[str], into: Hold) -> Hold:
    """Make the lines of these holds lines of another, which is locked. What each level has reserved stays as it is.

    A hold is taken whole: whoever takes more than they want gives the rest back. Raises PromiseGone when one of them has
    ended meanwhile.
    """
    for id in sorted(promised):
        kept = holds.close_hold(id, HELD, status="released", passed_to=into.id)
        if kept is None:
            raise PromiseGone()
        had = into.by_level
        moved = [
            Step(line.level_id, line.sku, 0, had.get(line.level_id, 0) + line.quantity) for line in kept.lines
        ]
        into = holds.keep_lines(into, moved)
    return into


def pass_on(guest: str, owner: str) -> None:
    """At login what was kept for the guest is kept for the account."""
    db.session.execute(sa.update(hold).where(hold.c.promised_to == guest, HELD).values(promised_to=owner))
