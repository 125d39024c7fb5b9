"""web that is told to load its code anew, as a release on one machine does, fails nobody who asks meanwhile."""

import os
import signal

import pytest
import requests

from tests.deploy.test_cluster import Load
from tests.support.shop import Shop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(180)]

INVENTORY = "/api/realtime/inventory"


def test_new_workers_take_over_from_the_old_without_a_gap(shop: Shop) -> None:
    def read(_: int) -> requests.Response:
        return requests.get(f"{shop.url}/products/cup", timeout=30)

    def write(number: int) -> requests.Response:
        body = {"productId": "CUP", "quantity": 1, "operation": "add", "reason": f"change {number}"}
        return requests.post(f"{shop.url}{INVENTORY}", json=body, timeout=30)

    loads = [Load(read, 0.05), Load(write, 0.05)]
    for load in loads:
        load.start()
    for name in ("web", "live"):
        old = set(shop.worker_pids(name))
        os.kill(shop.processes[name].pid, signal.SIGHUP)
        wait_for(lambda name=name, old=old: set(shop.worker_pids(name)) - old, 60, f"a new worker of {name}")
        wait_for(
            lambda name=name, old=old: not set(shop.worker_pids(name)) & old,
            60,
            f"the old one of {name} to end",
        )
    said = [len(load.done) for load in loads]
    wait_for(
        lambda: all(len(load.done) > count + 10 for load, count in zip(loads, said, strict=True)), 60, "more"
    )
    for load in loads:
        load.is_over.set()
        load.join(40)

    assert [failure for load in loads for failure in load.failures] == []
    assert shop.stock("CUP")["onHand"] == 10 + len(loads[1].done)
