"""Check, prepare, start, wait until ready, tell, and stop everything in the end: what `make run` runs."""

import os
import sys
import time
from pathlib import Path

from app.core import locales
from app.environment import load, make_data_folder
from app.settings import Settings
from app.variables import read_env_file
from deploy.local import dependencies, family, folders, lock, ports, prepared, readiness
from deploy.local.lifetime import raise_open_files, run_group, run_until_stopped
from deploy.local.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    started = time.monotonic()
    return run_until_stopped(lambda: run(read_settings(), started))


def read_settings() -> Settings:
    """As the shop reads them, except that nothing said means the demo."""
    written = {**read_env_file(ROOT / ".env"), **read_env_file(ROOT / ".env.local"), **os.environ}
    if not written.get("APP_ENV"):
        os.environ["APP_ENV"] = "demo"
    return load(folder=ROOT)


def run(settings: Settings, started: float) -> None:
    if "MAKELEVEL" in os.environ:
        family.end_with_parent()
    family.adopt_orphans()
    raise_open_files()
    locales.check_locale(settings)
    make_data_folder(settings)
    with lock.hold(settings):
        ports.check(settings)
        folders.make(settings)
        dependencies.check_redis(settings)
        supervisor = Supervisor(settings, ROOT)
        try:
            run_group(supervisor, settings, lambda: open_shop(settings, supervisor), started)
        finally:
            folders.remove_metrics(settings)


def open_shop(settings: Settings, supervisor: Supervisor) -> None:
    """Pages first: jobs and clock can wait, and would only take their time."""
    if not prepared.is_prepared(settings, ROOT):
        dependencies.prepare_database(settings)
    supervisor.start_program("web")
    readiness.wait(settings, supervisor)
    for name in ("worker", "clock"):
        supervisor.start_program(name)
        supervisor.wait_for_exec(name)


if __name__ == "__main__":
    sys.exit(main())
