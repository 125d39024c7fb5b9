"""Whatever is done to stock in whatever order: the shop does what a plain model does, and keeps its invariants.

hypothesis chooses the operations; after each, figures and holds are those of the model, and the oracle finds nothing wrong.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.catalogue.models import Variant
from app.core import idempotency
from app.core.database import db, transaction
from app.core.errors import DomainError
from app.core.idempotency import Answer
from app.inventory import expiry, holds, reservations, verification
from app.inventory.adjustments import change_stock
from app.inventory.holds import hold
from app.inventory.models import Location, Reservation, StockLevel
from app.inventory.reservations import Party
from tests.factories import SHELF, make_product, unlock_ledger
from tests.inventory.holding import BY_TEST
from tests.properties import oracle, tables
from tests.properties.model import Model, Refused, Shelf

SKUS = ("CUP", "VASE", "LAMP", "BOWL")
CELLAR = "cellar"
PLACES = {"CUP": (SHELF,), "VASE": (SHELF,), "LAMP": (SHELF, CELLAR), "BOWL": (SHELF, CELLAR)}
BACKORDER = {("BOWL", SHELF): 2}

skus = st.sampled_from(SKUS)
owners = st.sampled_from(("ada", "jun", "ola"))
orders = st.sampled_from(("KM-1", "KM-2", "KM-3"))
wishes = st.dictionaries(skus, st.integers(0, 5), min_size=1, max_size=4)
# Few, so that they come again.
keys = st.none() | st.sampled_from(("first", "second"))
# With these no hold comes nearer than 10 s to its end, so the time that a test takes plays no part.
ttls = st.none() | st.just(300)
ages = st.sampled_from((70, 650, 1850))
Act = Callable[[], Any]


class Inventory(RuleBasedStateMachine):
    """One step is one request, with or without an Idempotency-Key; the answer is the code of the refusal, or the hold."""

    def __init__(self, app: Any):
        super().__init__()
        self.app = app
        self.model = Model(
            [Shelf(sku, place, BACKORDER.get((sku, place), 0)) for sku in SKUS for place in PLACES[sku]]
        )
        self.answers: dict[str, tuple[Any, Any]] = {}
        tables.forget_everything()

    def send(
        self, body: Any, key: str | None, act: Act, expected: Act, around: Any = lambda write: write()
    ) -> None:
        """The request, and what the model says to it; a key that was answered before changes nothing in either."""
        known = self.answers.get(key or "")
        if known is None:
            said = attempt(expected)
            assert self.ask(body, key, act, around) == (said, False)
            if key and not said.startswith("refused"):
                self.answers[key] = body, said
        elif known[0] == body:
            assert self.ask(body, key, act, around) == (known[1], True)
        else:
            assert self.ask(body, key, act, around) == ("refused: idempotency_key_reused", False)

    def ask(self, body: Any, key: str | None, act: Act, around: Any) -> tuple[str, bool]:
        headers = {"Idempotency-Key": key} if key else {}
        with self.app.test_request_context("/", method="PATCH", data=json.dumps(body), headers=headers):
            try:
                answer = idempotency.answer_request("test", lambda: Answer({"said": act()}, 200), around)
            except DomainError as error:
                return f"refused: {error.code}", False
            return answer.get_json()["said"], "Idempotent-Replayed" in answer.headers

    @initialize(stock=st.fixed_dictionaries({sku: st.integers(0, 8) for sku in SKUS}))
    def open_shop(self, stock: dict[str, int]) -> None:
        for sku, units in stock.items():
            for at in range(len(PLACES[sku]) if units else 0):
                self.change(sku, at, "receive", units, None)

    @rule(
        sku=skus,
        at=st.integers(0, 1),
        operation=st.sampled_from(("add", "remove", "receive", "damage", "return")),
        quantity=st.integers(1, 6),
        key=keys,
    )
    def change(self, sku: str, at: int, operation: str, quantity: int, key: str | None) -> None:
        place = PLACES[sku][at % len(PLACES[sku])]

        def act() -> str:
            change_stock(sku, operation, quantity, BY_TEST, location=place)
            return "changed"

        def expected() -> str:
            self.model.change(sku, place, operation, quantity)
            return "changed"

        self.send([operation, sku, place, quantity], key, act, expected)

    @rule(sku=skus, at=st.integers(0, 1), quantity=st.integers(0, 9), behind=st.sampled_from((0, 0, 1)))
    def count(self, sku: str, at: int, quantity: int, behind: int) -> None:
        place = PLACES[sku][at % len(PLACES[sku])]
        seen = self.model.version(sku) - behind

        def act() -> str:
            change_stock(sku, "set", quantity, BY_TEST, location=place, expect=seen)
            return "set"

        def expected() -> str:
            if behind:
                raise Refused("stale_version")
            self.model.change(sku, place, "set", quantity)
            return "set"

        self.send(["set", sku, place, quantity, seen], None, act, expected)

    @rule(owner=owners, wanted=wishes, ttl=ttls, key=keys)
    def reserve(self, owner: str, wanted: dict[str, int], ttl: int | None, key: str | None) -> None:
        party = Party(owner)
        self.send(
            ["reserve", owner, wanted, ttl],
            key,
            lambda: told(reservations.reserve(party, wanted, ttl, BY_TEST)),
            lambda: told(self.model.reserve(owner, wanted, ttl)),
            lambda write: expiry.with_room(party, wanted, write),
        )

    @rule(owner=owners, key=keys)
    def release(self, owner: str, key: str | None) -> None:
        self.send(
            ["release", owner],
            key,
            lambda: told(reservations.release(holds.get_hold(hold.c.owner == owner).id, BY_TEST)),
            lambda: told(self.model.release(owner)),
        )

    @rule(order=orders, owner=owners, key=keys)
    def process(self, order: str, owner: str, key: str | None) -> None:
        def act() -> str:
            done = reservations.find_processed(order)
            return told(
                done or reservations.process_order(order, holds.get_hold(hold.c.owner == owner).id, BY_TEST)
            )

        self.send(["process", order, owner], key, act, lambda: told(self.model.process(order, owner)))

    @rule(order=orders, wanted=wishes, key=keys)
    def sell(self, order: str, wanted: dict[str, int], key: str | None) -> None:
        self.send(
            ["sell", order, wanted],
            key,
            lambda: told(reservations.sell(order, wanted, BY_TEST)),
            lambda: told(self.model.sell(order, wanted)),
            lambda write: expiry.with_room_for_order(order, wanted, write),
        )

    @rule(owner=owners, seconds=ages)
    def let_time_pass(self, owner: str, seconds: int) -> None:
        if held := self.model.held_by(owner):
            self.model.age(held, seconds)
            earlier = {
                column: column - seconds * 1000
                for column in (Reservation.expires_at, Reservation.hard_expires_at)
            }
            with transaction():
                mine = sa.update(Reservation).where(Reservation.owner == owner, Reservation.status == "held")
                db.session.execute(mine.values(earlier))

    @rule()
    def sweep(self) -> None:
        assert expiry.expire_due() == self.model.expire_due()

    def teardown(self) -> None:
        assert verification.verify() == []

    @invariant()
    def is_what_the_model_says(self) -> None:
        model = self.model
        assert tables.stored_shelves() == {key: tables.figures(shelf) for key, shelf in model.shelves.items()}
        assert tables.stored_holds() == sorted(
            [
                (held.owner, held.status, held.order or "", tuple(sorted(held.units.items())))
                for held in model.holds
            ]
        )
        assert oracle.violations() == {}


def attempt(act: Act) -> str:
    try:
        return act()
    except Refused as refusal:
        return f"refused: {refusal.args[0]}"


def told(held: Any) -> str:
    return f"{held.owner} {held.status}"


@pytest.fixture
def empty_shop(any_app):
    any_app.config["OUTBOX_DELIVERS"] = False  # what browsers see is proved elsewhere
    cellar = Location(code=CELLAR, name="Cellar")
    for sku in SKUS:
        make_product(sku=sku, stock=0)
    with transaction():
        db.session.add(cellar)
        db.session.flush()
        for sku in SKUS:
            level = db.session.scalars(sa.select(StockLevel).join(Variant).where(Variant.sku == sku)).one()
            level.backorder_limit = BACKORDER.get((sku, SHELF), 0)
            if CELLAR in PLACES[sku]:
                db.session.add(StockLevel(variant_id=level.variant_id, location_id=cellar.id, updated_at=0))
    unlock_ledger()
    return any_app


def explore(app: Any, examples: int, steps: int, **options: Any) -> None:
    run_state_machine_as_test(
        lambda: Inventory(app),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
            **options,
        ),
    )


def test_stock_does_what_the_model_does(empty_shop):
    explore(empty_shop, 20, 25, derandomize=True)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_stock_does_what_the_model_does_for_minutes(empty_shop):
    explore(empty_shop, 300, 50, print_blob=True)
