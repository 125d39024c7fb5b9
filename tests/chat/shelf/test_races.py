"""Agents keep, shoppers take over, buyers snatch and clocks sweep: real processes, both databases, `verify` as the judge."""

import json
import subprocess
import sys
from collections import Counter

import pytest
import sqlalchemy as sa

from app.chat.access import Actor
from app.chat.models import ChatHold, Message
from app.core import outbox
from app.core.database import db
from app.inventory.models import Reservation
from app.inventory.reservations import Party
from app.inventory.verification import verify
from tests.chat.talking import open_room
from tests.factories import make_product, make_user
from tests.inventory.holding import figures, reserve
from tests.orders import buying

WITHIN_S = 150

pytestmark = pytest.mark.timeout(200)


@pytest.fixture
def race(any_app, process_environment):
    """`race("keep", (3, 8), rooms=[...])`: what each heard. Nothing is broken afterwards."""

    def run(scenario, size, **given):
        db.session.remove()
        module = [
            sys.executable,
            "-m",
            "tests.chat.shelf.racers",
            scenario,
            *map(str, size),
            json.dumps(given),
        ]
        done = subprocess.run(
            module, env=process_environment, stdout=subprocess.PIPE, text=True, timeout=WITHIN_S, check=True
        )
        while outbox.sweep():  # as the clock does, which does not run here
            pass
        assert [str(finding) for finding in verify() if "alert" not in finding.wrong] == []
        return json.loads(done.stdout)

    return run


def promise(count):
    """One unit kept for each of so many shoppers, and none left."""
    make_product(sku="CUP", stock=count, threshold=0)
    for number in range(count):
        reserve(Party(f"desk:{number}", promised_to=f"visitor:{number}"), CUP=1)


def open_rooms(count):
    return [open_room(Actor(f"visitor:{number}", "Guest", "guest")).public_id for number in range(count)]


def states():
    """Of what the threads show and of what is held, side by side."""
    rows = db.session.execute(
        sa.select(ChatHold.state, Reservation.status, Reservation.passed_to).join(
            Reservation, Reservation.id == ChatHold.reservation_id
        )
    )
    return {(state, "taken" if passed_to else status) for state, status, passed_to in rows}


@pytest.mark.parametrize(
    "size", [(3, 6), pytest.param((5, 60), marks=pytest.mark.slow)], ids=["small", "full"]
)
def test_nobody_snatches_what_is_kept_while_its_shopper_goes_to_checkout(race, size):
    shoppers = size[0] * size[1] // 3
    promise(shoppers)

    heard = Counter(race("take_or_snatch", size))

    assert heard == {"taken": shoppers, "insufficient_stock": size[0] * size[1] - shoppers}
    assert figures("CUP") == (shoppers, shoppers, 0)
    assert db.session.scalar(sa.select(sa.func.count()).where(Reservation.passed_to.is_not(None))) == shoppers


@pytest.mark.slow
@pytest.mark.parametrize("size", [(3, 6), (5, 40)], ids=["small", "full"])
def test_checkout_and_clock_meet_over_what_is_kept_and_every_shopper_has_theirs(race, size):
    shoppers = size[0] * size[1] // 2
    promise(shoppers)
    buying.make_holds_due()

    heard = Counter(race("take_or_expire", size))

    assert heard == {"taken": shoppers, "swept": shoppers}
    assert figures("CUP") == (shoppers, shoppers, 0)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "units"), [((3, 8), 7), ((5, 40), 9)], ids=["small", "full"])
def test_agents_keep_what_there_is_once_for_each_press_and_no_more_than_they_may(any_app, race, size, units):
    make_product(sku="CUP", stock=units, threshold=0)
    agents = [f"user:{make_user('agent').public_id}" for _ in range(2)]

    heard = Counter(race("keep", size, rooms=open_rooms(6), agents=agents))

    kept = Counter(db.session.scalars(sa.select(ChatHold.agent).where(ChatHold.state == "held")))
    most = any_app.config["SETTINGS"].CHAT_MAX_HOLDS_PER_AGENT
    assert set(heard) <= {"kept", "insufficient_stock", "too_many_chat_holds"}
    assert heard["kept"] == 2 * kept.total()
    assert max(kept.values()) <= most
    assert kept.total() == min(units, 2 * most)
    assert figures("CUP") == (units, kept.total(), units - kept.total())
    assert db.session.scalar(sa.select(sa.func.count()).where(Message.kind == "hold")) == kept.total()


@pytest.mark.slow
def test_whatever_meets_threads_and_stock_say_the_same_in_the_end(race):
    make_product(sku="CUP", stock=12, threshold=0)
    agents = [f"user:{make_user('admin').public_id}"]

    heard = race("anything", (4, 10), rooms=open_rooms(5), agents=agents)

    assert [each for each in heard if each] == []
    assert states() <= {
        ("held", "held"),
        ("released", "released"),
        ("expired", "expired"),
        ("taken", "taken"),
    }
