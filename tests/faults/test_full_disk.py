"""The disk is full while people buy and talk: reading goes on, who writes is told to come again, and it heals by itself."""

import contextlib
import subprocess
import tempfile
from pathlib import Path

import pytest
import requests

from app.core.failures import TITLES
from tests.faults.guests import Guest
from tests.faults.traffic import EVERYTHING, seed_traffic, traffic
from tests.support.shop import Shop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(240)]

# The shop calls itself ready with 50 MiB free.
DISK = "size=160m"
TOLD_WITHIN_S = 30


@pytest.fixture
def small_disk():
    """A disk of its own, as memory; only who may mount can have one."""
    with tempfile.TemporaryDirectory(prefix="disk-") as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", DISK, "tmpfs", folder], capture_output=True)
        if mounted.returncode:
            pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def people(small_disk):
    talks = []
    shop = Shop(small_disk, APP_ENV="test")
    try:
        shop.prepare(lambda: seed_traffic(talks))
        shop.start(*EVERYTHING)
        shop.wait_until_ready()
        with traffic(shop, talks) as people:
            yield people
    finally:
        shop.stop()


def fill(disk: Path) -> None:
    """Until nothing more fits."""
    with (disk / "ballast").open("ab", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(b"x" * size):
                    pass


def is_told_to_come_again(shop: Shop) -> bool:
    """Somebody who puts a cup into their cart, with a page that says so."""
    guest = Guest(shop)
    answer = guest.submit("/products/cup", "/cart", quantity="1")
    return answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0 and TITLES[503] in answer.text


def test_nothing_is_half_done_reading_goes_on_and_all_is_well_once_there_is_space(people, small_disk):
    shop, workers = people.shop, people.shop.worker_pids("web")

    def is_full() -> bool:
        fill(small_disk)  # also what others gave back meanwhile
        return is_told_to_come_again(shop)

    wait_for(is_full, TOLD_WITHIN_S, "somebody to be told to come again")
    pages = [
        requests.get(shop.url + path, timeout=20).status_code
        for path in ("/", "/products/cup", "/search?q=cup")
    ]
    assert pages == [200] * 3, shop.logs()
    assert shop.get("/api/health/ready")["checks"]["disk"]["ok"] is False
    assert shop.worker_pids("web") == workers

    (small_disk / "ballast").unlink()
    people.go_on(40)
    people.check()
