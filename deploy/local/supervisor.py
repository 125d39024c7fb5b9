"""supervisor: its configuration, made from the Procfile, and the few calls that a run needs."""

import os
import subprocess
import sys
import time
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from app.local_files import redis_socket
from app.settings import Settings
from deploy.local import configuration, family

ANSWER_WAIT_S = 15.0
EXEC_WAIT_S = 1.0


class Supervisor:
    """A running supervisord. The shop's processes are one group, which stops as one and before Redis."""

    def __init__(self, settings: Settings, root: Path):
        self.settings = settings
        self.root = root
        # Beside the socket of Redis, since that path is known to be short enough.
        self.socket = redis_socket(settings.data_path).with_name("ctl.sock")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start Redis and the sockets; they need no database, so they may start while it is prepared."""
        file = self.settings.data_path / "supervisord.conf"
        file.write_text(self.configure())
        environ = {
            **os.environ,
            family.MARK: self.settings.DATA_DIR,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }
        with (self.settings.data_path / "logs" / "supervisord.out").open("wb") as out:
            # A session of its own: Ctrl-C must reach us alone, so that the stop is in order.
            self.process = subprocess.Popen(
                [str(Path(sys.executable).with_name("supervisord")), "-c", str(file)],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=family.end_with_parent,
            )

    def configure(self) -> str:
        return configuration.make(self.settings, self.root, self.socket)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start_program(self, name: str) -> None:
        deadline = time.monotonic() + ANSWER_WAIT_S
        while self.is_running and time.monotonic() < deadline:
            if self.call("startProcess", f"shop:{name}", False):
                return
            time.sleep(0.02)

    def wait_for_exec(self, name: str) -> None:
        """What is told to stop between its fork and its exec never hears it, and would be waited for in vain."""
        deadline = time.monotonic() + EXEC_WAIT_S
        while time.monotonic() < deadline:
            comm = Path(f"/proc/{(self.call('getProcessInfo', f'shop:{name}') or {}).get('pid')}/comm")
            if not comm.exists() or comm.read_text().strip() != "supervisord":
                return
            time.sleep(0.01)

    def states(self) -> dict[str, str]:
        """`{program: RUNNING, BACKOFF, ...}`. Asking also wakes supervisor, which sleeps for seconds else."""
        return {info["name"]: info["statename"] for info in self.call("getAllProcessInfo") or []}

    def call(self, method: str, *arguments: Any) -> Any:
        """None when supervisor does not answer (yet) or refuses."""
        proxy = ServerProxy("http://supervisor", SupervisorTransport(serverurl=f"unix://{self.socket}"))
        try:
            return getattr(proxy.supervisor, method)(*arguments)
        except (OSError, HTTPException, Fault):
            return None
        finally:
            proxy("close")()

    def abort(self) -> None:
        """End everything at once. Only while nobody can have visited yet: gunicorn, told to stop while it is
        starting, waits for its whole grace period."""
        if self.process and self.is_running and family.CAN_ADOPT:
            self.process.kill()
            self.process.wait()
            family.end_children(0)
        else:
            self.stop()

    def stop(self) -> None:
        """Stop everything in order, and end what does not stop."""
        if self.process and self.is_running:
            self.process.terminate()
            deadline = time.monotonic() + 2 * configuration.STOP_WAIT_S
            while self.is_running and time.monotonic() < deadline:
                self.states()
                time.sleep(0.05)
            if self.is_running:
                self.process.kill()
                self.process.wait()
        family.end_children()
