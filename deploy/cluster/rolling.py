"""A rolling restart: node by node, each taken out of nginx, ended in peace, started, and put back once it is ready."""

import fcntl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.settings import Settings
from deploy.cluster import proxy
from deploy.cluster.nodes import Node, list_nodes, ports_of
from deploy.local import readiness
from deploy.local.refusal import Refusal
from deploy.local.supervisor import Supervisor

READY_S = 120.0
RELOAD_S = 15.0
POLL_S = 0.1


def restart_all(settings: Settings, root: Path) -> None:
    """Raises Refusal at the first node that does not come back; the others go on as they are."""
    supervisor = Supervisor(settings, root)
    nodes = list_nodes(ports_of(settings))
    begun = time.monotonic()
    if supervisor.call("getState") is None:
        raise Refusal(f"DATA_DIR: no cluster runs in {settings.DATA_DIR}")
    with hold_turn(settings):
        migrate(root)
        for node in nodes:
            restart(settings, supervisor, nodes, node)
    print(f"All {len(nodes)} were restarted in {time.monotonic() - begun:.0f} s", flush=True)


@contextmanager
def hold_turn(settings: Settings) -> Iterator[None]:
    """Two at once would take both nodes of a kind away."""
    with (settings.data_path / "rolling.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal("A rolling restart of this cluster is under way already") from None
        yield


def migrate(root: Path) -> None:
    """First, and only what the release that still runs can live with: new tables and columns, none gone, none changed."""
    print("Migrating the database", flush=True)
    if subprocess.call([sys.executable, "-m", "app", "setup"], cwd=root):
        raise Refusal(
            "The database could not be migrated; the reason stands above, and nothing was restarted"
        )


def restart(settings: Settings, supervisor: Supervisor, nodes: list[Node], node: Node) -> None:
    begun = time.monotonic()
    folder = settings.data_path / "nginx"
    if node.port:
        proxy.write_machines(folder, nodes, down=[node.name])
        reload(supervisor)
    supervisor.call("stopProcess", f"shop:{node.name}")
    supervisor.call("startProcess", f"shop:{node.name}", False)
    wait_until_ready(settings, supervisor, node)
    if node.port:
        proxy.write_machines(folder, nodes)
        reload(supervisor)
    print(f"  {node.name:<8} {time.monotonic() - begun:4.1f} s", flush=True)


def wait_until_ready(settings: Settings, supervisor: Supervisor, node: Node) -> None:
    problem = f"{node.name} did not get ready; its log is in {settings.data_path / 'logs'}"
    wait_for(lambda: is_ready(settings, supervisor, node), READY_S, problem)


def is_ready(settings: Settings, supervisor: Supervisor, node: Node) -> bool:
    if not node.port:
        return supervisor.states().get(node.name) == "RUNNING"
    return readiness.ask(settings, node.port, node.readiness_path).get("status") in ("ok", "degraded")


def reload(supervisor: Supervisor) -> None:
    """Until every worker of nginx's that knew the old machines takes no more requests."""
    master = (supervisor.call("getProcessInfo", "nginx") or {}).get("pid")
    if not master:
        raise Refusal("nginx does not run")
    before = set(workers(master))
    supervisor.call("signalProcess", "nginx", "HUP")
    wait_for(
        lambda: set(workers(master)) - before and not any(map(takes_requests, before)),
        RELOAD_S,
        "nginx has not taken the new configuration; its error.log tells why",
    )


def workers(master: int) -> list[int]:
    listing = Path(f"/proc/{master}/task/{master}/children")
    pids = [int(pid) for pid in listing.read_text().split()] if listing.exists() else []
    return [pid for pid in pids if b"worker process" in title(pid)]


def takes_requests(worker: int) -> bool:
    """A worker that is told to go lives on for its open sockets."""
    shown = title(worker)
    return b"worker process" in shown and b"shutting down" not in shown


def title(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def wait_for(condition: Callable[[], object], seconds: float, problem: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Refusal(problem)
        time.sleep(POLL_S)
