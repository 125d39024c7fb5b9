"""A push service on loopback: answers as it is told, keeps what it got, and can read it as the browser would."""

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece

from tests.notifications.devices import Browser


@dataclass
class Answer:
    """`body` may be a function that writes to the socket itself."""

    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Callable[[Any], None] = b""


@dataclass
class Got:
    path: str
    headers: dict[str, str]
    body: bytes

    def read(self, browser: Browser) -> Any:
        """What is in it, for the browser that it is for; raises for any other."""
        plain = http_ece.decrypt(
            self.body, private_key=browser.private, auth_secret=browser.auth, version="aes128gcm"
        )
        return json.loads(plain)


class PushService:
    """`script` are the answers to come; after them, and where it has none, it accepts."""

    def __init__(self) -> None:
        self.script: Iterator[Answer] = iter(())
        self.got: list[Got] = []
        self._turn = threading.Lock()
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = service.hear(Got(self.path, dict(self.headers), body))
                if callable(answer.body):
                    answer.body(self)
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def hear(self, got: Got) -> Answer:
        with self._turn:
            self.got.append(got)
            return next(self.script, Answer())

    def answer(self, *answers: Answer, always: bool = False) -> None:
        self.script = itertools.cycle(answers) if always else iter(answers)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def open_service() -> Iterator[PushService]:
    service = PushService()
    try:
        yield service
    finally:
        service.close()
