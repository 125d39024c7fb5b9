"""How a group of processes lives: started, told of, waited for, and ended whatever happens."""

import resource
import signal
import sys
import time
from collections.abc import Callable

from app.settings import Settings, SettingsError
from deploy.local import banner
from deploy.local.refusal import Refusal
from deploy.local.supervisor import Supervisor

# A socket is a file to the system; the usual 1024 would end the shop at its thousandth visitor.
OPEN_FILES = 65536
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody wants the shop to stop."""


def run_until_stopped(run: Callable[[], None]) -> int:
    """The exit code: 0 when somebody stopped it, 1 when it was refused, which is told."""
    for name in SIGNALS:
        if name != signal.SIGHUP or signal.getsignal(name) != signal.SIG_IGN:  # as nohup left it
            signal.signal(name, stop)
    try:
        run()
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


def raise_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def run_group(
    supervisor: Supervisor, settings: Settings, open_shop: Callable[[], None], started: float
) -> None:
    """Until it ends. `open_shop` starts what shall run; `started` is of time.monotonic().

    A start that is broken off ends at once: nobody has been let in, and gunicorn would wait for its whole grace period.
    """
    end = supervisor.abort
    try:
        supervisor.start()
        open_shop()
        end = supervisor.stop
        print("\n".join(banner.lines(settings, time.monotonic() - started)), flush=True)
        wait_for_end(settings, supervisor)
    finally:
        ignore_signals()
        end()


def wait_for_end(settings: Settings, supervisor: Supervisor) -> None:
    assert supervisor.process
    supervisor.process.wait()
    raise Refusal(f"supervisor has ended unexpectedly; the logs are in {settings.data_path / 'logs'}")
