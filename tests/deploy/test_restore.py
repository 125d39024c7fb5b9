"""A backup that is taken while people buy is restored elsewhere, on both databases, and is a whole shop of one moment."""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app.core import storage
from tests.faults.guests import inside
from tests.support.postgres_tools import make_empty_database, path_with_tools
from tests.support.redis_server import open_redis
from tests.support.settings import environment_for
from tests.support.shop import ROOT, Shop, open_shop

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(400)]

BLOB = "0" * 32 + ".pdf"
PACE_S = 0.05


class Buyer(threading.Thread):
    """Takes one cup after the other; each is confirmed or the test has failed."""

    def __init__(self, shop: Shop):
        super().__init__(daemon=True)
        self.shop = shop
        self.is_over = threading.Event()
        self.confirmed: list[float] = []
        self.refused: list[int] = []

    def run(self) -> None:
        while not self.is_over.wait(PACE_S):
            answer = requests.post(
                f"{self.shop.url}/api/realtime/inventory",
                json={"productId": "CUP", "quantity": 1, "operation": "add", "reason": "while it is saved"},
                timeout=30,
            )
            if answer.status_code == 200:
                self.confirmed.append(time.time())
            else:
                self.refused.append(answer.status_code)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def databases(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """DATABASE_URL of the shop, and of the place where it is restored; empty for SQLite under DATA_DIR."""
    if request.param == "sqlite":
        yield "", ""
        return
    server = request.getfixturevalue("postgres_server")
    yield make_empty_database(server), make_empty_database(server)


def run(command: list[str], folder: Path, **variables: str) -> str:
    environ = {**os.environ, **environment_for(folder, **variables), "PATH": path_with_tools()}
    done = subprocess.run(
        [sys.executable, "-m", "app", *command], cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_shop_that_sells_is_saved_and_restored(databases: tuple[str, str]) -> None:
    ours, theirs = databases
    with open_shop("redis", "web", "live", "clock", DATABASE_URL=ours) as shop, open_redis() as redis:
        with inside(shop), storage.writing(BLOB) as file:
            file.write(b"an invoice")
        buyer = Buyer(shop)
        buyer.start()
        time.sleep(1)
        begun = time.time()
        said = run(["backup", str(shop.folder / "backup")], shop.folder, **shop.environ)
        ended = time.time()
        time.sleep(1)
        buyer.is_over.set()
        buyer.join(30)
        assert buyer.refused == [], "the backup kept buyers waiting"
        before, by_then = (sum(at < moment for at in buyer.confirmed) for moment in (begun, ended))

        with tempfile.TemporaryDirectory(prefix="restored-") as folder:
            place = {"APP_ENV": "demo", "DATABASE_URL": theirs, "REDIS_URL": redis.url}
            said += run(["restore", str(shop.folder / "backup")], Path(folder), **place)
            print(f"\n{said}")
            assert "SKUs are right" in said
            assert (Path(folder) / "files" / BLOB[:2] / BLOB[2:4] / BLOB).read_bytes() == b"an invoice"
            with open_restored(Path(folder), place) as restored:
                # All that was confirmed before it began, and nothing of after it had ended.
                assert before <= restored.stock("CUP")["onHand"] - 10 <= by_then + 1
                restored.change_stock("CUP", "add", 1)


@contextlib.contextmanager
def open_restored(folder: Path, place: dict[str, str]) -> Iterator[Shop]:
    shop = Shop(folder, **place)
    try:
        shop.start("web", "live")
        shop.wait_until_ready()
        yield shop
    finally:
        shop.stop()
