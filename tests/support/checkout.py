"""A copy of the repository in which `make run` is run as somebody would who has just cloned it."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import family
from tests.support.waiting import free_ports, wait_for

ROOT = Path(__file__).resolve().parents[2]
OPEN = "Ctrl-C stops everything."
OPEN_S = 180.0
STOP_S = 45.0


class Checkout:
    """`data` is where `make run` keeps its files."""

    def __init__(self, folder: Path, *, with_venv: bool):
        self.path = folder / "liveshelf"
        self.home = folder / "home"
        self.data = self.path / "var"
        self.home.mkdir(parents=True)
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, check=True, text=True,
        )  # fmt: skip
        for name in filter(None, listing.stdout.split("\0")):
            self._copy(name)
        if with_venv:
            (self.path / ".venv").symlink_to(ROOT / ".venv")

    def _copy(self, name: str) -> None:
        source, target = ROOT / name, self.path / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)

    def environment(self, **variables: str) -> dict[str, str]:
        """Nothing but a path, an empty home and what the test sets: a fresh account has no more."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), **variables}

    def make(self, target: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """For what is expected to end by itself."""
        return subprocess.run(
            ["make", target], cwd=self.path, env=self.environment(**variables), capture_output=True, text=True,
            timeout=90,
        )  # fmt: skip

    @contextlib.contextmanager
    def running(self, **variables: str) -> Iterator["Run"]:
        """`make run` on free ports, open to visitors. Whatever happens, nothing of it is left afterwards."""
        web, live = free_ports(2)
        run = Run(self, {"PORT": str(web), "WEBSOCKET_PORT": str(live), **variables})
        try:
            run.wait_until_open()
            yield run
        finally:
            run.end()

    def processes(self) -> dict[int, str]:
        """What runs in this copy or was started from it."""
        found = family.survivors(self.data)
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (process / "cwd").readlink() == self.path:
                    found[int(process.name)] = (process / "comm").read_text().strip()
        return found


class Run:
    def __init__(self, checkout: Checkout, variables: dict[str, str]):
        self.checkout = checkout
        self.port = int(variables["PORT"])
        self.url = f"http://localhost:{self.port}"
        self._log = checkout.path.parent / f"run-{self.port}.log"
        self._started = time.monotonic()
        with self._log.open("wb") as log:
            self.make = subprocess.Popen(
                ["make", "run"], cwd=checkout.path, env=checkout.environment(**variables), stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.seconds = 0.0

    @property
    def output(self) -> str:
        return self._log.read_text()

    def wait_until_open(self) -> None:
        wait_for(lambda: OPEN in self.output or self.make.poll() is not None, OPEN_S, "make run")
        self.seconds = time.monotonic() - self._started
        assert OPEN in self.output, self.output

    def find(self, word: str) -> int:
        """The process of this run whose command line has this word."""
        for pid in self.checkout.processes():
            if word in Path(f"/proc/{pid}/cmdline").read_text():
                return pid
        raise AssertionError(f"no process with {word}: {self.checkout.processes()}")

    def stop(self) -> int:
        """Tell make to stop; answers its exit code."""
        self.make.terminate()
        return self.make.wait(STOP_S)

    def end(self) -> None:
        if self.make.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()
        for pid in self.checkout.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.make.poll() is None:
            self.make.kill()
            self.make.wait(STOP_S)


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A shop that was started once before."""
    checkout = Checkout(tmp_path_factory.mktemp("opened"), with_venv=True)
    with checkout.running() as first:
        first.stop()
    with checkout.running() as second:
        yield second


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path, with_venv=True)
