"""A real Redis on a unix socket: one for the whole session, empty at the start of each test."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.core.redis import RedisError, connect
from deploy.local import redis_server
from tests.support.waiting import PATIENCE_S, wait_for

START_S = 60.0


class RedisServer:
    """Can be killed and started again on the same files."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.url = f"unix://{folder / 'redis.sock'}"
        self.client: Any = connect(self.url)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = redis_server.command(self.url.removeprefix("unix://"), self.folder)
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.answers, START_S, "Redis")

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except RedisError:
            return False

    def settle(self) -> None:
        """What was written so far survives a kill. Without it the newest may be lost, as Redis says it may."""
        pipeline = self.client.pipeline(transaction=False)
        pipeline.set("settled", 1)
        pipeline.delete("settled")
        pipeline.execute_command("WAITAOF", 1, 0, int(START_S * 1000))
        pipeline.execute()

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(PATIENCE_S)
            self.process = None
        self.client.close()


@contextmanager
def open_redis() -> Iterator[RedisServer]:
    # Not pytest's own folder: the path of a unix socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        yield server
        server.kill()


@pytest.fixture(scope="session")
def session_redis() -> Iterator[RedisServer]:
    with open_redis() as server:
        yield server


@pytest.fixture
def redis(session_redis: RedisServer) -> Any:
    """A client of the test's Redis, which is empty."""
    session_redis.client.flushall()
    return session_redis.client
