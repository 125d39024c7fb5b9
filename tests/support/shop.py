"""The shop as real processes, which tests may kill and start again."""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app import create_app, local_files
from app.core import migration
from app.core.database import db
from deploy.local import configuration, folders, procfile, redis_server
from tests.support.settings import environment_for, settings_for
from tests.support.waiting import PATIENCE_S, free_ports, wait_for

ROOT = Path(__file__).resolve().parents[2]
START_S = 60.0
STOP_S = 60.0
CORE = ("redis", "web", "live", "clock")


class Shop:
    """Redis and the processes of the Procfile on free ports, with a folder and a database of their own."""

    def __init__(self, folder: Path, **overrides: str):
        web, live = free_ports(2)
        self.folder = folder
        self.environ = environment_for(
            folder,
            APP_ENV="demo",
            PORT=str(web),
            WEBSOCKET_PORT=str(live),
            REDIS_URL=f"unix://{folder / 'redis.sock'}",
            WEBSOCKET_DRAIN_SECONDS="1",
        )
        self.environ |= overrides
        self.settings = settings_for(folder, **self.environ)
        self.url = f"http://localhost:{web}"
        self.socket_url = f"ws://localhost:{live}{self.settings.WEBSOCKET_PATH}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        (folder / "redis").mkdir(exist_ok=True)
        local_files.metrics_folder(folder).mkdir(exist_ok=True, parents=True)

    def prepare(self, seed: Callable[[], Any]) -> None:
        """Migrate the database and run `seed` in an application context. What it announces waits for the sweep."""
        app = create_app(self.settings)
        app.config["OUTBOX_DELIVERS"] = False
        with app.app_context():
            migration.upgrade()
            seed()
            db.session.remove()
            db.engine.dispose()

    def start(self, *names: str) -> None:
        for name in names:
            with (self.folder / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    self.command(name), cwd=ROOT, env=self.process_environment(name), stdout=log, stderr=log
                )

    def command(self, name: str) -> list[str]:
        if name == "redis":
            return redis_server.command(str(self.folder / "redis.sock"), self.folder / "redis")
        program, *arguments = shlex.split(procfile.read(ROOT)[name])
        return [str(Path(sys.executable).with_name(program)), *arguments]

    def process_environment(self, name: str) -> dict[str, str]:
        shared = {"PROMETHEUS_MULTIPROC_DIR": str(local_files.metrics_folder(self.folder))}
        metrics = {} if name in configuration.NO_METRICS else shared
        return {**os.environ, **self.environ, **metrics}

    def wait_until_ready(self, seconds: float = START_S) -> None:
        try:
            wait_for(lambda: self.health().get("status") == "ok", seconds, "the shop")
        except AssertionError as error:
            raise AssertionError(f"{error}; {self.health()}; {self.logs()}") from None

    def health(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            return dict(self.get("/api/health/ready"))
        return {}

    def get(self, path: str) -> Any:
        """The JSON answer, also of an error."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=PATIENCE_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return json.load(error)

    def send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """The JSON answer to a call as the demo's service account; raises HTTPError when it is refused."""
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def stock(self, sku: str) -> dict[str, Any]:
        """The exact figures of one SKU."""
        return dict(self.get(f"/api/realtime/inventory?productId={sku}"))

    def change_stock(self, sku: str, operation: str, quantity: int) -> dict[str, Any]:
        body = {"productId": sku, "operation": operation, "quantity": quantity, "reason": "test"}
        return dict(self.send("POST", "/api/realtime/inventory", body))

    def kill(self, name: str, sign: int = signal.SIGKILL) -> None:
        """Send a signal to the process, and to all that it started when it is to die at once; wait until it has ended."""
        process = self.processes[name]
        send_signal([process.pid, *(descendants(process.pid) if sign == signal.SIGKILL else [])], sign)
        process.wait(STOP_S)

    def cut_power(self) -> None:
        """Everything at once, in the middle of whatever it does."""
        running = [process for process in self.processes.values() if process.poll() is None]
        send_signal([pid for process in running for pid in (process.pid, *descendants(process.pid))])
        for process in running:
            process.wait(STOP_S)

    def worker_pids(self, name: str) -> list[int]:
        """The children that do the work of a gunicorn process."""
        return children(self.processes[name].pid)

    def stop(self) -> None:
        """All at once and without grace, but for Redis, which the others need to leave in order."""
        for name, process in reversed(self.processes.items()):
            if process.poll() is None:
                self.kill(name)
        folders.remove_metrics(self.settings)

    def logs(self) -> str:
        return "\n".join(
            f"{log.name}: {log.read_text()[-2000:]}" for log in sorted(self.folder.glob("*.log"))
        )


def send_signal(pids: list[int], sign: int = signal.SIGKILL) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)


def descendants(pid: int) -> list[int]:
    """A worker's job runs in a child of its child."""
    with contextlib.suppress(OSError):
        return [each for child in children(pid) for each in (child, *descendants(child))]
    return []


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def small_assortment() -> None:
    from tests.factories import make_product

    make_product(sku="CUP", slug="cup", name="Cup", stock=10, threshold=5)
    make_product(sku="VASE", slug="vase", name="Vase", stock=3, threshold=5)
    make_product(sku="LAMP", slug="lamp", name="Lamp", stock=0)


@contextlib.contextmanager
def open_shop(*names: str, seed: Callable[[], Any] = small_assortment, **overrides: str) -> Iterator[Shop]:
    """A running shop with these processes (by default all but the worker) and settings; ready when this returns."""
    with tempfile.TemporaryDirectory(prefix="shop-") as folder:
        shop = Shop(Path(folder), **overrides)
        try:
            shop.prepare(seed)
            shop.start(*(names or CORE))
            shop.wait_until_ready()
            yield shop
        finally:
            shop.stop()


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop of the test's own, to break."""
    with open_shop() as shop:
        yield shop


@pytest.fixture(scope="module")
def module_shop() -> Iterator[Shop]:
    """One shop for a module whose tests leave it whole."""
    with open_shop() as shop:
        yield shop
