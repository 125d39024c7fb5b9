"""Agents who keep, shoppers who take over, buyers and clocks at once: `python -m tests.chat.shelf.racers SCENARIO PROCESSES
THREADS ARGUMENTS`, as in tests.inventory.racers.
"""

import json
import random
import sys
from functools import partial
from typing import Any

import sqlalchemy as sa

from app.chat import queries
from app.chat.access import Actor
from app.chat.models import ChatHold
from app.chat.shelf import holds as chat_holds
from app.core.database import db, run_transaction
from app.inventory import expiry
from app.inventory.reservations import Party
from app.orders import checkout
from app.orders import queries as orders
from tests.inventory import racers
from tests.inventory.holding import reserve
from tests.orders import buying

Arguments = dict[str, Any]


def take_or_snatch(number: int, given: Arguments, dice: random.Random) -> Any:
    """Every third goes to checkout with what is kept for them; the others want any unit at all."""
    if number % 3:
        reserve(Party(f"ext:{number}"), CUP=1)
        return "snatched"
    return begin_checkout(Party(f"visitor:{number // 3}", ""))


def take_or_expire(number: int, given: Arguments, dice: random.Random) -> Any:
    """What is kept is past its time: the clock comes while checkouts begin."""
    if number % 2:
        expiry.expire_due()
        return "swept"
    return begin_checkout(Party(f"visitor:{number // 2}", ""))


def begin_checkout(party: Party) -> str:
    if not orders.read_cart(party.owner).items:
        buying.put(party, CUP=1)
    checkout.hold_cart(party)
    return "taken"


def keep(number: int, given: Arguments, dice: random.Random) -> Any:
    """Agents press twice each, in rooms of their own."""
    press = number // 2
    agent = given["agents"][press % len(given["agents"])]
    room = queries.find_room(given["rooms"][press % len(given["rooms"])])
    chat_holds.hold_units(room, Actor(agent, "Mira", "agent"), "CUP", 1, 5, f"press-{press:05}")
    return "kept"


def anything(number: int, given: Arguments, dice: random.Random) -> Any:
    """Eight acts, in everybody's way. Answers what nobody should hear."""
    agent, shopper = Actor(given["agents"][0], "Mira", "admin"), dice.randrange(len(given["rooms"]))
    room = queries.find_room(given["rooms"][shopper])
    acts = (
        lambda turn: chat_holds.hold_units(
            room, agent, "CUP", dice.randint(1, 2), 5, f"{number:05}-{turn}-x"
        ),
        lambda turn: run_transaction(lambda: chat_holds.release_hold(room, agent, find_hold(room.id))),
        lambda turn: begin_checkout(Party(f"visitor:{shopper}", "")),
        lambda turn: reserve(Party(f"ext:{number}"), CUP=dice.randint(0, 2)),
        lambda turn: expiry.expire_due(),
        lambda turn: make_some_due(),
    )
    heard = [racers.until_answered(partial(dice.choice(acts), turn)) for turn in range(8)]
    return [each for each in heard if isinstance(each, str) and (each == "deadlock" or ":" in each)]


def find_hold(room_id: int) -> str:
    held = sa.select(ChatHold.public_id).where(ChatHold.room_id == room_id, ChatHold.state == "held")
    return db.session.scalar(held.limit(1)) or "none"


def make_some_due() -> None:
    """As if the time of what is kept were over; what shoppers hold stays."""
    from app.inventory.models import Reservation

    past = sa.update(Reservation).where(Reservation.promised_to.is_not(None), Reservation.status == "held")
    run_transaction(lambda: db.session.execute(past.values(expires_at=Reservation.created_at - 1)))


racers.SCENARIOS.update(
    {scenario.__name__: scenario for scenario in (take_or_snatch, take_or_expire, keep, anything)}
)

if __name__ == "__main__":
    heard = racers.run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4]))
    print(json.dumps(heard))
