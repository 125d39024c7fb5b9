"""Each process is killed in the middle of everything, and then all of them at once: nothing that was promised is lost."""

import os
import random
import signal
import time

import pytest

from tests.faults.traffic import EVERYTHING
from tests.support.shop import descendants

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(400)]

ROUNDS = 5
BACK_WITHIN_S = 60
SEED = 20261123


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_process_is_killed_with_all_its_children(people, name):
    people.shop.kill(name)

    people.go_on(BACK_WITHIN_S)

    people.check()
    assert people.keeper.started[name] == 1


@pytest.mark.parametrize("name", ["web", "live", "worker"])
def test_a_child_is_killed_and_its_parent_makes_another(people, name):
    process = people.shop.processes[name]
    killed = descendants(process.pid)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)

    people.go_on(BACK_WITHIN_S)

    people.check()
    assert process.poll() is None or name == "worker"


def test_power_is_lost_again_and_again_and_the_shop_starts_alone(people):
    dice = random.Random(SEED)
    for _ in range(ROUNDS):
        time.sleep(dice.uniform(0, 2))
        people.keeper.away.update(EVERYTHING)
        people.shop.cut_power()
        people.keeper.away.clear()
        people.go_on(BACK_WITHIN_S)

    people.check()
