"""How much one process takes on at a time. What is over it is told to come again, at once and for next to nothing.

Without a bound everybody waits behind everybody else, for answers that nobody waits for any more by the time they come.
Only what keeps this process busy counts: whoever sends a body byte by byte, or reads an answer that way, waits for
themselves and keeps nobody else out, neither by a place here nor by a connection to the database.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, has_app_context
from werkzeug.exceptions import RequestTimeout
from werkzeug.wrappers import Response

from app.core import failures, metrics
from app.core.database import db
from app.core.session import is_whole

# A body comes in pieces of this size, and each has this long: the slowest line that is served brings 13 kbit/s.
PIECE_BYTES = 16 * 1024
PIECE_S = 10.0


def init_app(app: Flask, most: int, exempt: tuple[str, ...]) -> None:
    """`most` requests at a time; paths that begin with one of `exempt` are always served."""
    app.extensions["load"] = app.wsgi_app = Load(app, most, exempt)  # type: ignore[method-assign]


class Load:
    """The outermost layer of the application. `in_flight` is what it works on now."""

    def __init__(self, app: Flask, most: int, exempt: tuple[str, ...]):
        self.in_flight = 0
        self._app = app
        self._serve: WSGIApplication = app.wsgi_app
        self._most = most
        self._exempt = exempt
        self._refusals: dict[bool, Response] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        time.sleep(0)  # many requests that one connection brings at once take turns with everybody else's
        path: str = environ.get("PATH_INFO", "")
        if path.startswith(self._exempt):
            return self._serve(environ, start_response)
        if self.in_flight >= self._most:
            metrics.count("requests_shed")
            is_program = path.startswith(failures.PROGRAM_PATHS)
            is_program = is_program or environ.get("HTTP_ACCEPT") == "application/json"
            return self._refuse(is_program)(environ, start_response)
        environ["wsgi.input"] = Body(environ["wsgi.input"], self, "gunicorn.socket" in environ)
        with self.counting(1):
            return self._serve(environ, start_response)

    @contextmanager
    def counting(self, change: int) -> Iterator[None]:
        self.in_flight += change
        try:
            yield
        finally:
            self.in_flight -= change

    def _refuse(self, is_program: bool) -> Response:
        """Made once: to render a page for each would cost what there is too little of."""
        if is_program not in self._refusals:
            accept = {"Accept": "application/json" if is_program else "text/html"}
            with self._app.test_request_context("/", headers=accept):
                refusal = self._app.process_response(failures.answer_busy())  # type: ignore[arg-type]
            for of_one_request in ("X-Request-ID", "Set-Cookie"):
                refusal.headers.pop(of_one_request, None)
            self._refusals[is_program] = refusal
        return self._refusals[is_program]


class Body:
    """What a client sends; while it is waited for, its request does not count."""

    def __init__(self, body: Any, load: Load, is_interruptible: bool):
        self._body = body
        self._load = load
        self._is_interruptible = is_interruptible
        self._is_begun = False

    def read(self, size: int = -1) -> bytes:
        """At most a piece. Raises RequestTimeout when it takes too long."""
        if not self._is_begun:
            self._is_begun = True
            let_go()
        time.sleep(0)  # megabytes that are there at once would keep everybody else waiting
        with self._load.counting(-1), self._in_time():
            piece: bytes = self._body.read(PIECE_BYTES if size < 0 else min(size, PIECE_BYTES))
        return piece

    def _in_time(self) -> AbstractContextManager[Any]:
        """gevent can end a wait in its middle. A server with threads cannot, and is for developing only."""
        if not self._is_interruptible:
            return nullcontext()
        from gevent import Timeout

        return Timeout(PIECE_S, RequestTimeout())


def let_go() -> None:
    """Before a wait for a client: what was read is enough, and no connection to the database is kept meanwhile."""
    if has_app_context() and not is_whole.get():
        db.session.rollback()
