"""A process of the rig's own beside the one that measures; the two talk through a pipe."""

import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any


class Companion:
    """`work` runs in the new process with its end of the pipe and what is given, until this end is closed."""

    def __init__(self, work: Callable[..., None], *given: Any):
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=live, args=(work, given, theirs, self._pipe), daemon=True)
        self._process.start()
        theirs.close()

    def tell(self, what: Any) -> None:
        self._pipe.send(what)

    def hear(self, seconds: float) -> dict[str, Any]:
        """Raises EOFError when the process has failed, TimeoutError when it does not answer."""
        if not self._pipe.poll(seconds):
            raise TimeoutError("a process of the rig does not answer")
        found: dict[str, Any] = self._pipe.recv()
        return found

    def close(self) -> None:
        self._pipe.close()
        self._process.join(2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def live(work: Callable[..., None], given: tuple[Any, ...], pipe: Connection, rigs_end: Connection) -> None:
    # The rig hears Ctrl-C itself and closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    rigs_end.close()
    try:
        work(pipe, *given)
    except EOFError:
        pass
