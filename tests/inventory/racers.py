"""Many at once from real processes: `python -m tests.inventory.racers SCENARIO PROCESSES THREADS ARGUMENTS` prints what each
heard, as JSON. All start together. Settings come from the environment, as for every process of the shop.

Whoever is told to come again (503) comes again, as a client would; a deadlock is never told to anybody.
"""

import json
import multiprocessing
import random
import sys
import threading
from collections.abc import Callable
from typing import Any

from flask import current_app
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app import create_app
from app.core.contention import Deadlock
from app.core.database import db, transaction
from app.core.errors import DatabaseBusy, DomainError
from app.inventory import expiry, holds, queries
from app.inventory.adjustments import change_stock
from app.inventory.errors import InsufficientStock, StaleVersion
from app.inventory.holds import hold
from app.inventory.reservations import Party
from tests.inventory import holding, shelf_racers
from tests.inventory.holding import BY_TEST

SEED = 20261122
URL = "/api/realtime/inventory"

Arguments = dict[str, Any]
Scenario = Callable[[int, Arguments, random.Random], Any]


def remove(number: int, given: Arguments, dice: random.Random) -> Any:
    with transaction():
        change_stock(given["sku"], "remove", 1, BY_TEST)
    return 1


def buy(number: int, given: Arguments, dice: random.Random) -> Any:
    """One unit, or up to `most`. Returns how many, negative when they were refused."""
    units = dice.randint(1, given.get("most", 1))
    try:
        holding.reserve(Party(f"ext:{number}"), **{given["sku"]: units})
    except InsufficientStock:
        return -units
    return units


def buy_all(number: int, given: Arguments, dice: random.Random) -> Any:
    """One of each SKU, every second buyer in the opposite order, and half of them pay."""
    names = given["skus"][:: 1 if number % 2 else -1]
    held = holding.reserve(Party(f"ext:{number}"), **dict.fromkeys(names, 1))
    if dice.random() < 0.5:
        return holding.process(f"KM-{number}", held).status
    return holding.release(held).status if dice.random() < 0.5 else held.status


def same_owner(number: int, given: Arguments, dice: random.Random) -> Any:
    return holding.reserve(Party("ext:tabs"), **{given["sku"]: number % 5 + 1}).id


def ask(number: int, given: Arguments, dice: random.Random) -> Any:
    """One request to the API, the same from everybody but for what stands in `{number}`."""
    call = json.loads(json.dumps(given["call"]).replace("{number}", str(number)))
    answer = current_app.test_client().open(URL, **call)
    if answer.status_code == 503:
        raise DatabaseBusy()
    return [answer.status_code, answer.json]


def process_or_expire(number: int, given: Arguments, dice: random.Random) -> Any:
    reservation_id = given["holds"][number // 2 % len(given["holds"])]
    if number % 2:
        return "expired" if expiry.expire(reservation_id) else "too late"
    return holding.process(f"KM-{reservation_id}", holds.get_hold(hold.c.id == reservation_id)).status


def renew_or_sweep(number: int, given: Arguments, dice: random.Random) -> Any:
    if number % 2:
        return expiry.expire_due()
    return holding.reserve(Party(f"ext:{number // 2}"), **{given["sku"]: 1}).status


def sweep(number: int, given: Arguments, dice: random.Random) -> Any:
    return expiry.expire_due()


def count_or_buy(number: int, given: Arguments, dice: random.Random) -> Any:
    """Every fifth is staff and takes one off what they saw; shoppers reserve meanwhile."""
    if number % 5:
        return buy(number, given, dice)
    while True:
        seen = queries.get_stock(given["sku"])
        try:
            with transaction():
                change_stock(given["sku"], "set", seen.on_hand - 1, BY_TEST, expect=seen.version)
            return "set"
        except StaleVersion:
            continue  # read it again, count again


def sell(number: int, given: Arguments, dice: random.Random) -> Any:
    """Several tills send the same orders."""
    return holding.sell(f"T-{number % given['orders']}", **{given["sku"]: 1}).status


def anything(number: int, given: Arguments, dice: random.Random) -> Any:
    """Ten random acts on a few SKUs and owners, so that everybody is in everybody's way."""
    party = Party(f"ext:{dice.randrange(8)}")
    for _ in range(given["acts"]):
        wanted = {sku: dice.randint(0, 4) for sku in dice.sample(given["skus"], dice.randint(1, 4))}
        act = dice.choice(
            (
                lambda: holding.reserve(party, **wanted),  # noqa: B023
                lambda: holding.reserve(party, **wanted),  # noqa: B023
                lambda: holding.release(holds.get_hold(hold.c.owner == party.owner)),
                lambda: holding.process(
                    f"KM-{dice.randrange(200)}", holds.get_hold(hold.c.owner == party.owner)
                ),
                lambda: holding.sell(f"T-{dice.randrange(50)}", **wanted),  # noqa: B023
                lambda: holding.age(holds.get_hold(hold.c.owner == party.owner), dice.choice((200, 700))),
                expiry.expire_due,
                lambda: adjust(dice.choice(given["skus"]), dice),
            )
        )
        until_answered(act)
    return "done"


def adjust(sku: str, dice: random.Random) -> None:
    with transaction():
        change_stock(sku, dice.choice(("add", "remove", "damage")), dice.randint(1, 3), BY_TEST)


SCENARIOS: dict[str, Scenario] = shelf_racers.SCENARIOS | {
    scenario.__name__: scenario
    for scenario in (
        remove,
        buy,
        buy_all,
        same_owner,
        ask,
        process_or_expire,
        renew_or_sweep,
        sweep,
        count_or_buy,
        sell,
        anything,
    )
}


def until_answered(act: Callable[[], Any]) -> Any:
    """What the caller hears in the end: a result, or the code of a refusal; the name of an error that nobody expects."""
    while True:
        db.session.rollback()
        try:
            return act()
        except Deadlock:
            return "deadlock"
        except (DatabaseBusy, PoolTimeout):
            continue
        except OperationalError as error:
            if "deadlock" in str(error):
                return "deadlock"
            continue  # waited for too long, or no connection was left: a 503 too
        except DomainError as error:
            return error.code
        except Exception as error:
            return f"{type(error).__name__}: {error}"


def run_process(
    first: int, threads: int, scenario: Scenario, given: Arguments, start: Any, heard: Any
) -> None:
    app = create_app()
    answers: list[Any] = []

    def work(number: int) -> None:
        dice = random.Random(SEED + number)
        with app.app_context():
            start.wait()
            answers.append(until_answered(lambda: scenario(number, given, dice)))
            db.session.remove()

    workers = [threading.Thread(target=work, args=(first + index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for name in ("outbox_late", "outbox_marks", "refused_demand"):
        app.extensions[name].close()
    heard.put(answers)


def run(name: str, processes: int, threads: int, given: Arguments) -> list[Any]:
    create_app()  # imports everything once, before the processes part
    context = multiprocessing.get_context("fork")
    start, heard = context.Barrier(processes * threads), context.SimpleQueue()
    racers = [
        context.Process(
            target=run_process, args=(index * threads, threads, SCENARIOS[name], given, start, heard)
        )
        for index in range(processes)
    ]
    for racer in racers:
        racer.start()
    answers = [answer for _ in racers for answer in heard.get()]
    for racer in racers:
        racer.join()
    return answers


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4]))))
