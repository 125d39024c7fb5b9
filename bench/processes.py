"""What Linux tells about processes: CPU time, memory, family. Processor time is in seconds of one core."""

import os
from collections.abc import Collection
from pathlib import Path

PROC = Path("/proc")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat behind the name, which may itself hold spaces.
PARENT, OWN_TIMES, ALL_TIMES = 1, slice(11, 13), slice(11, 15)

# Parent and CPU seconds by process, the times of its ended children included.
Times = dict[int, tuple[int, float]]


def read_stat(pid: int) -> list[str]:
    """Raises OSError when the process is gone."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def cpu_seconds(pid: int) -> float:
    return sum(map(int, read_stat(pid)[OWN_TIMES])) / TICKS_PER_S


def memory_mb(pid: int, field: str = "VmRSS") -> float:
    """Resident memory in units of 1,000,000 bytes; `VmHWM` is the most there ever was."""
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ValueError(f"process {pid} has no {field}")


def name_of(pid: int) -> str:
    try:
        return (PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return "gone"


def read_all() -> Times:
    found: Times = {}
    for entry in PROC.glob("[0-9]*"):
        try:
            stat = read_stat(int(entry.name))
        except OSError:
            continue
        found[int(entry.name)] = (int(stat[PARENT]), sum(map(int, stat[ALL_TIMES])) / TICKS_PER_S)
    return found


def children(pid: int) -> list[int]:
    return sorted(child for child, (parent, _) in read_all().items() if parent == pid)


def pin(pid: int, cores: Collection[int]) -> None:
    """Keep a process, and what it starts from now on, on these cores, where the machine has them."""
    possible = set(cores) & set(range(os.cpu_count() or 1))
    if possible and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(pid, possible)
