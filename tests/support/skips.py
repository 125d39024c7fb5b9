"""No test is skipped silently: what did not run is listed with its reason, and in CI some of it must run."""

import os
from typing import Any

import pytest

# What CI's machine can install; a skip there means that the run proved less than it says.
NEEDED_IN_CI = ("browser", "postgres")

skipped: list[tuple[str, str, bool]] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        needed = any(name in report.keywords for name in NEEDED_IN_CI)
        skipped.append((report.nodeid, reason.removeprefix("Skipped: "), needed))


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A module that skips itself has no marks to look at, so it counts as needed."""
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        skipped.append((report.nodeid, reason.removeprefix("Skipped: "), True))


def is_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true")


def missed_in_ci() -> list[str]:
    return [nodeid for nodeid, _, needed in skipped if needed] if is_ci() else []


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.exitstatus == pytest.ExitCode.OK and missed_in_ci():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not skipped:
        return
    terminalreporter.section("not run")
    for nodeid, reason, _ in sorted(skipped):
        terminalreporter.line(f"{nodeid}: {reason}")
    if missed_in_ci():
        terminalreporter.line("In CI browser and PostgreSQL tests must run: this run has failed.", red=True)
