"""Whether the machine is quiet enough to measure on: what others do to it shows up as our latency."""

import os
import time
from pathlib import Path

from bench import processes

PRESSURE = Path("/proc/pressure/cpu")
MOST_PRESSURE = 5.0
MOST_CPU_PERCENT = 15.0
WORTH_NAMING_PERCENT = 2.0
# Servers of ours that have left the family, as a database does that goes into the background.
ADOPTED: set[int] = set()
SAMPLE_S = 1.0


def find_reasons() -> list[str]:
    """Why nothing may be recorded now, one line each. Ask before a rig adds its own load."""
    watch = Watch()
    time.sleep(SAMPLE_S)
    return [*pressure_reasons(read_pressure()), *watch.reasons()]


def read_pressure() -> str:
    try:
        return PRESSURE.read_text()
    except OSError:
        return ""


def pressure_reasons(text: str) -> list[str]:
    """`text` is /proc/pressure/cpu, empty on a kernel without it."""
    for line in text.splitlines():
        kind, *figures = line.split()
        share = dict(figure.split("=") for figure in figures).get("avg10", "0")
        if kind == "some" and float(share) > MOST_PRESSURE:
            return [f"CPU pressure is {share} % over 10 s, more than {MOST_PRESSURE:g} %"]
    return []


class Watch:
    """What all processes but ours take from the processor, from the making of this object on."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._before = processes.read_all()

    def reasons(self) -> list[str]:
        shares = self.shares()
        if sum(shares.values()) <= MOST_CPU_PERCENT:
            return []
        named = [
            f"{processes.name_of(pid)} ({pid}) {share:.0f} %"
            for pid, share in sorted(shares.items(), key=lambda entry: -entry[1])
            if share > WORTH_NAMING_PERCENT
        ]
        return [f"other processes take {sum(shares.values()):.0f} % of a core: {', '.join(named[:6])}"]

    def shares(self) -> dict[int, float]:
        """Percent of one core, by process."""
        after = processes.read_all()
        passed = time.monotonic() - self._since
        parents = {pid: parent for pid, (parent, _) in after.items()}
        ours = set().union(*(family(pid, parents) for pid in (os.getpid(), *ADOPTED)))
        spent = differences(self._before, after)
        return {pid: seconds / passed * 100 for pid, seconds in spent.items() if pid not in ours}


def differences(before: processes.Times, after: processes.Times) -> dict[int, float]:
    """CPU seconds between two readings. An ended child's time moves to its parent, also what it took before."""
    known = {pid: seconds for pid, (_, seconds) in before.items()}
    for pid, (parent, seconds) in before.items():
        if pid not in after and parent in known:
            known[parent] += seconds
    return {pid: max(0.0, seconds - known.get(pid, 0.0)) for pid, (_, seconds) in after.items()}


def family(pid: int, parents: dict[int, int]) -> set[int]:
    """A process, all that it has started, and all that have started it."""
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    while (pid := parents.get(pid, 0)) > 0:
        found.add(pid)
    return found
