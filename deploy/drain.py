"""What gunicorn does with SIGTERM: it says that it goes, waits until proxies have heard it, and stops."""

import signal
from typing import Any

from app.monitoring import draining


def drain_first(server: Any, seconds: int) -> None:
    """For gunicorn's `when_ready`: readiness is 503 from the first SIGTERM on, the rest is served for `seconds` more.

    A second SIGTERM stops at once, for whoever cannot wait.
    """
    stop = server.handle_term

    def handle_term() -> None:
        if seconds and not draining.is_draining():
            draining.begin()
            # A timer of the kernel's: a thread would be copied, half alive, into a worker that is forked meanwhile.
            signal.signal(signal.SIGALRM, lambda *_: server.SIG_QUEUE.put_nowait(signal.SIGTERM))
            signal.setitimer(signal.ITIMER_REAL, seconds)
        else:
            draining.begin()
            stop()

    server.handle_term = handle_term
