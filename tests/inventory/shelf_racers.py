"""What the racers do at two locations: staff carry units between them and count them while others buy."""

import random
from typing import Any

from app.core.database import run_transaction
from app.core.errors import DomainError
from app.inventory import counts, holds, locations
from app.inventory.errors import CountBelowReserved, InsufficientStock, StaleVersion
from app.inventory.holds import hold
from app.inventory.reservations import Party
from tests.factories import SHELF
from tests.inventory import holding
from tests.inventory.holding import BY_TEST

LOFT = "loft"
Arguments = dict[str, Any]


def carry(number: int, given: Arguments, dice: random.Random) -> Any:
    """All of them up, or all of them down."""
    source, target = (SHELF, LOFT) if number % 2 else (LOFT, SHELF)
    return transfer(given["sku"], source, target, given["units"])


def carry_or_buy(number: int, given: Arguments, dice: random.Random) -> Any:
    """Every fifth carries what is free at one place to the other; shoppers reserve one unit meanwhile."""
    if number % 5:
        holding.reserve(Party(f"ext:{number}"), **{given["sku"]: 1})
        return "held"
    source, target = dice.sample((SHELF, LOFT), 2)
    return transfer(given["sku"], source, target, max(1, seen_at(given["sku"], source).available))


def transfer(sku: str, source: str, target: str, units: int) -> str:
    try:
        run_transaction(lambda: locations.transfer(sku, source, target, units, BY_TEST))
    except InsufficientStock:
        return "stays"
    return "moved"


def count_or_buy_or_pay(number: int, given: Arguments, dice: random.Random) -> Any:
    """Every fifth counts fewer than were there, whatever is promised. Of the others some pay, some do not."""
    if number % 5 == 0:
        return force_count(given["sku"], SHELF, dice)
    held = holding.reserve(Party(f"ext:{number}"), **{given["sku"]: 1})
    if number % 2:
        return held.status
    return holding.process(f"KM-{number}", held).status


def force_count(sku: str, location: str, dice: random.Random) -> Any:
    """What was there before and after, and whose holds had to go; looked at again as often as somebody came in between."""
    while True:
        seen = seen_at(sku, location)
        counted = dice.randint(seen.on_hand // 2, seen.on_hand)
        try:
            done = run_transaction(
                lambda: counts.count_stock(
                    sku, location, counted, BY_TEST, expect=seen.version, role="staff", force=True  # noqa: B023
                )
            )  # fmt: skip
        except (StaleVersion, CountBelowReserved):
            continue
        return [done.before, done.after, done.released]


def seen_at(sku: str, location: str) -> locations.LevelAt:
    return next(level for level in locations.list_levels(sku) if level.code == location)


def work_on_shelves(number: int, given: Arguments, dice: random.Random) -> Any:
    """Some random acts of everybody: the shelves are emptied, filled, counted and sold from at once."""
    for _ in range(given["acts"]):
        try:
            act_on(dice.choice(given["skus"]), dice)
        except DomainError as error:
            if error.kind == "busy":
                raise
    return "done"


def act_on(sku: str, dice: random.Random) -> None:
    party, places = Party(f"ext:{dice.randrange(8)}"), dice.sample((SHELF, LOFT), 2)
    match dice.randrange(5):
        case 0:
            transfer(sku, *places, dice.randint(1, 6))
        case 1:
            force_count(sku, places[0], dice)
        case 2:
            holding.release(holds.get_hold(hold.c.owner == party.owner))
        case 3:
            holding.process(f"KM-{dice.randrange(500)}", holds.get_hold(hold.c.owner == party.owner))
        case _:
            holding.reserve(party, **{sku: dice.randint(1, 5)})


SCENARIOS = {
    scenario.__name__: scenario for scenario in (carry, carry_or_buy, count_or_buy_or_pay, work_on_shelves)
}
