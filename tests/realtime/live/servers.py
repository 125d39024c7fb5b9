"""A real socket process for the tests, ended by its process id."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.support.waiting import PATIENCE_S, free_ports, wait_for

ROOT = Path(__file__).resolve().parents[3]
ORIGIN = "http://localhost:3001"
SECRET = "a secret of the tests that is long enough"
START_SECONDS = 60.0


class LiveServer:
    def __init__(self, redis_url: str, folder: Path, **variables: str):
        self.port = free_ports(1)[0]
        self.log = folder / f"live-{self.port}.log"
        self.environ = {
            **os.environ,
            "APP_ENV": "test",
            "REDIS_URL": redis_url,
            "SECRET_KEY": SECRET,
            "ALLOWED_ORIGINS": ORIGIN,
            "DATA_DIR": str(folder),
            "WEBSOCKET_PORT": str(self.port),
            **variables,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        here = Path(__file__).parent
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "gunicorn",
                    "-k",
                    "gevent",
                    "-w",
                    "1",
                    "--worker-connections",
                    "5000",
                    "--no-control-socket",
                    "--graceful-timeout",
                    "15",
                    "-b",
                    f"127.0.0.1:{self.port}",
                    "-c",
                    str(here / "gunicorn_hooks.py"),
                    "socket_process:live",
                ],
                cwd=here,
                env={**self.environ, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )
        wait_for(lambda: self.answers() or self.has_ended(), START_SECONDS, "the socket process")
        assert not self.has_ended(), self.log.read_text()[-2000:]

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    @property
    def worker_pid(self) -> int:
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    def kill(self) -> None:
        """As when the power fails: nobody says goodbye, and nobody is there to start another worker."""
        assert self.process
        os.kill(self.process.pid, signal.SIGSTOP)
        os.kill(self.worker_pid, signal.SIGKILL)
        os.kill(self.process.pid, signal.SIGKILL)

    def kill_worker(self) -> None:
        """As the kernel does when memory runs out; returns when the next one answers."""
        before = self.worker_pid
        os.kill(before, signal.SIGKILL)
        wait_for(lambda: self.has_worker_after(before) and self.answers(), START_SECONDS, "a new worker")

    def has_worker_after(self, before: int) -> bool:
        try:
            return self.worker_pid != before
        except (IndexError, OSError):
            return False

    def reload(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGHUP)

    def terminate(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Without the grace of a drain: tests need none, unless they ask for it with `terminate`."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(PATIENCE_S)
