"""Many shoppers, tabs, tills and banks at once: `python -m tests.orders.racers SCENARIO PROCESSES THREADS ARGUMENTS`, as in
tests.inventory.racers.
"""

import json
import random
import sys
import time
from typing import Any

from flask import current_app

from app.core.database import DatabaseBusy, run_transaction
from app.core.errors import DomainError
from app.inventory import expiry
from app.inventory.reservations import Party
from app.orders import carts, checkout, fulfilment, payments, queries
from app.orders.providers.practice import SIGNATURE, SUCCEEDS
from tests.inventory import racers
from tests.orders import buying

Arguments = dict[str, Any]
CALLBACK = "/api/payments/practice/callback"


def buy_last(number: int, given: Arguments, dice: random.Random) -> Any:
    """The whole way, each for themselves; whoever was told to come again goes on where they were."""
    party = Party(f"visitor:{number}", "")
    if not queries.read_cart(party.owner).items and not queries.list_orders(party.owner):
        buying.put(party, **{given["sku"]: 1})
    if done := queries.list_orders(party.owner):
        return done[0].status
    begun = queries.find_open(party.owner)
    order = begun if begun and begun.status == "payment_pending" else buying.fill_in(party)
    return payments.pay(party, SUCCEEDS, order.total_minor, f"key-{number}").status


def open_tab(number: int, given: Arguments, dice: random.Random) -> Any:
    """One shopper in many tabs, some of which change the cart."""
    party = Party("visitor:tabs", "")
    sku = dice.choice(given["skus"])
    try:
        run_transaction(lambda: carts.set_quantity(party.owner, sku, dice.randint(1, 3)))
    except DomainError as error:
        if error.kind == "busy":
            raise
    return checkout.hold_cart(party).id


def pay_once(number: int, given: Arguments, dice: random.Random) -> Any:
    """The same click from everybody; without a key, everybody's own click."""
    order = payments.pay(Party("visitor:ada", ""), SUCCEEDS, given["total"], given["key"])
    return [order.number, order.status]


def tell(number: int, given: Arguments, dice: random.Random) -> Any:
    """The bank, from several machines: every order is told of again and again, in any order."""
    reference = given["references"][number % len(given["references"])]
    told = {
        "event": f"{reference}-{number % 3}",
        "reference": reference,
        "status": dice.choice(given["says"]),
    }
    body = json.dumps(told).encode()
    bank = current_app.extensions["payment_provider"]
    headers = {SIGNATURE: bank.sign(body, int(time.time())), "Content-Type": "application/json"}
    answer = current_app.test_client().post(CALLBACK, data=body, headers=headers)
    if answer.status_code == 503:
        raise DatabaseBusy()
    return answer.status_code


def tell_or_expire(number: int, given: Arguments, dice: random.Random) -> Any:
    if number % 2:
        return expiry.expire_due() * 0
    return tell(number // 2, given, dice)


def work_on(number: int, given: Arguments, dice: random.Random) -> Any:
    """Two of each want to do what they can with every order."""
    order_number = given["orders"][number // len(given["acts"]) % len(given["orders"])]
    act = ACTS[given["acts"][number % len(given["acts"])]]
    run_transaction(lambda: act(queries.get_order(order_number), dice))
    return given["acts"][number % len(given["acts"])]


ACTS = {
    "cancel": lambda order, _: fulfilment.cancel_order(order, "staff"),
    "process": lambda order, _: fulfilment.process_order(order, "staff"),
    "ship": lambda order, _: fulfilment.ship_order(order, "staff"),
    "return": lambda order, dice: fulfilment.return_line(
        order, dice.choice(order.lines).sku, 1, restock=dice.random() < 0.5, actor="staff"
    ),
}

racers.SCENARIOS.update(
    {
        scenario.__name__: scenario
        for scenario in (buy_last, open_tab, pay_once, tell, tell_or_expire, work_on)
    }
)

if __name__ == "__main__":
    heard = racers.run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4]))
    print(json.dumps(heard))
