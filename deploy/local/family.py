"""Everything that a run starts ends with it, even what lost its parent on the way. Linux only."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

# Every process of a run carries this variable, so that the next run can find what is left of it.
MARK = "LIVESHELF_RUN"
CAN_ADOPT = sys.platform == "linux"
SET_DEATH_SIGNAL, SET_SUBREAPER = 1, 36
GRACE_S = 3.0
KILL_WAIT_S = 5.0


def adopt_orphans() -> None:
    """When supervisor is killed its children become ours, instead of nobody's."""
    prctl(SET_SUBREAPER, 1)


def end_with_parent() -> None:
    """Be told to stop when the parent is killed; it had no chance to say so."""
    prctl(SET_DEATH_SIGNAL, signal.SIGTERM)


def prctl(option: int, value: int) -> None:
    if CAN_ADOPT:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def end_children(grace_s: float = GRACE_S) -> None:
    """End what is still there after supervisor has ended, and what that leaves to us in turn."""
    deadline = time.monotonic() + grace_s
    told: set[int] = set()
    while (pids := children()) and time.monotonic() < deadline + KILL_WAIT_S:
        is_over = time.monotonic() >= deadline
        for pid in pids if is_over else set(pids) - told:
            os.kill(pid, signal.SIGKILL if is_over else signal.SIGTERM)
        told |= set(pids)
        time.sleep(0.02)


def children() -> list[int]:
    reap()
    listing = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in listing.read_text().split()] if listing.exists() else []


def reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def survivors(data: Path) -> dict[int, str]:
    """`{pid: name}` of processes that an earlier run with this DATA_DIR has left."""
    return dict(find_survivors(data))


def find_survivors(data: Path) -> Iterator[tuple[int, str]]:
    mark = f"{MARK}={data}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name = (process / "comm").read_text().strip()
            # Redis writes its title over its environment, but it works in its own folder.
            is_redis = name.startswith(("valkey", "redis")) and (process / "cwd").readlink() == data / "redis"
            if is_redis or mark in (process / "environ").read_bytes().split(b"\0"):
                yield int(process.name), name
        except OSError:
            continue
