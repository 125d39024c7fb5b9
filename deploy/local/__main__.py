"""Check, prepare, start, wait until ready, tell, and stop everything in the end: what `make run` runs."""

import os
import resource
import signal
import sys
import time
from pathlib import Path

from app.core import locales
from app.environment import load, make_data_folder
from app.settings import Settings, SettingsError
from app.variables import read_env_file
from deploy.local import banner, dependencies, family, folders, lock, ports, prepared, readiness
from deploy.local.refusal import Refusal
from deploy.local.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]
# A socket is a file to the system; the usual 1024 would end the shop at its thousandth visitor.
OPEN_FILES = 65536
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody wants the shop to stop."""


def main() -> int:
    started = time.monotonic()
    for name in SIGNALS:
        if name != signal.SIGHUP or signal.getsignal(name) != signal.SIG_IGN:  # as nohup left it
            signal.signal(name, stop)
    try:
        run(read_settings(), started)
    except (Refusal, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    except Stopped:
        print("Stopped.")
    return 0


def stop(*_: object) -> None:
    ignore_signals()
    raise Stopped


def ignore_signals() -> None:
    """A second Ctrl-C must not interrupt the stop that the first one asked for."""
    for name in SIGNALS:
        signal.signal(name, signal.SIG_IGN)


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
        end = supervisor.abort
        try:
            supervisor.start()
            if not prepared.is_prepared(settings, ROOT):
                dependencies.prepare_database(settings)
            open_shop(settings, supervisor)
            end = supervisor.stop
            print("\n".join(banner.lines(settings, time.monotonic() - started)), flush=True)
            wait_for_end(settings, supervisor)
        finally:
            ignore_signals()
            end()
            folders.remove_metrics(settings)


def raise_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def open_shop(settings: Settings, supervisor: Supervisor) -> None:
    """Pages first: jobs and clock can wait, and would only take their time."""
    supervisor.start_program("web")
    readiness.wait(settings, supervisor)
    for name in ("worker", "clock"):
        supervisor.start_program(name)
        supervisor.wait_for_exec(name)


def wait_for_end(settings: Settings, supervisor: Supervisor) -> None:
    assert supervisor.process
    supervisor.process.wait()
    raise Refusal(f"supervisor has ended unexpectedly; the logs are in {settings.data_path / 'logs'}")


if __name__ == "__main__":
    sys.exit(main())
