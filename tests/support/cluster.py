"""`python -m deploy.cluster` as somebody starts it, in a folder and on ports of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from app.environment import load
from deploy.cluster import state
from deploy.local import family
from tests.support.waiting import free_row, wait_for

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "deploy.cluster"]
START_S = 400.0
STOP_S = 120.0


class Cluster:
    """Looks like a `Shop` to those who only ask and listen; everything goes through nginx."""

    def __init__(self, folder: Path, *more: str):
        self.folder = folder
        self.port = free_row(11)
        self.more = more
        self.url = f"http{'s' if '--tls' in more else ''}://localhost:{self.port}"
        self.environ = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": "", "APP_ENV": "demo"}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.output.open("wb") as out:
            self.process = subprocess.Popen(
                [*COMMAND, "--port", str(self.port), *self.more],
                cwd=ROOT,
                env=self.environ,
                stdout=out,
                stderr=out,
            )
        wait_for(lambda: self.has_said("is open") or self.has_ended(), START_S, "the cluster to open")
        assert not self.has_ended(), f"{self.output.read_text()}{self.logs()}"
        variables = state.read(self.folder)
        self.settings = replace(load(variables, self.folder), WEBSOCKET_PORT=self.port)

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def has_said(self, words: str) -> bool:
        return words in self.output.read_text()

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def logs(self) -> str:
        """The end of what each node of the shop has said."""
        files = sorted((self.folder / "logs").glob("[wlc]*.log"))
        return "".join(f"\n{file.name}: {file.read_text()[-1500:]}" for file in files)

    def start_rolling_restart(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*COMMAND, "--rolling-restart"],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def stop(self) -> None:
        """As Ctrl-C does it."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(STOP_S)

    def left_behind(self) -> dict[int, str]:
        left = family.survivors(self.folder)
        postmaster = self.folder / "postgres" / "postmaster.pid"
        return left | ({int(postmaster.read_text().split()[0]): "postgres"} if postmaster.exists() else {})

    def answers(self) -> list[tuple[str, str, str]]:
        """Method, path and status of every request that nginx has answered."""
        lines = (self.folder / "nginx" / "access.log").read_text().splitlines()
        return [(words[1], words[2], words[3]) for words in map(str.split, lines)]


@contextlib.contextmanager
def open_cluster(*more: str) -> Iterator[Cluster]:
    """`more` are further arguments."""
    # Not pytest's own folder: the path of a unix socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="cluster-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder), *more)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
