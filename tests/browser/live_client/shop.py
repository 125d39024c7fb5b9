"""A scriptable shop: one page, the two HTTP calls that its socket client makes, and the socket server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from simple_websocket import ConnectionClosed, Server

from tests.support.waiting import PATIENCE_S

STATIC = Path(__file__).resolve().parents[3] / "static"
CONTENT_TYPES = {".js": "text/javascript", ".css": "text/css"}
DEADLINE_SECONDS = PATIENCE_S

Frame = dict[str, Any]


def wait_until(condition: Callable[[], Any], what: str, seconds: float = DEADLINE_SECONDS) -> Any:
    """The first true value of `condition`; AssertionError naming `what` after the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s: {what}")


class Connection:
    """One accepted socket: what the browser said on it, and how to answer."""

    def __init__(self, socket: Server) -> None:
        self.socket = socket
        self.frames: list[Frame] = []
        self.ended_with: int | None = None
        self._writing = threading.Lock()  # The test speaks while the server answers.

    def send(self, **frame: Any) -> None:
        self.send_text(json.dumps(frame))

    def send_text(self, text: str) -> None:
        with self._writing:
            self.socket.send(text)

    def close(self, code: int) -> None:
        self.socket.close(code)

    def said(self, kind: str) -> list[Frame]:
        return [frame for frame in list(self.frames) if frame["type"] == kind]

    def wait_for(self, kind: str, count: int = 1) -> Frame:
        return wait_until(lambda: self.said(kind)[count - 1 : count], f"frame {kind} number {count}")[0]


def recovered(frame: Frame) -> Frame:
    """The usual answer: everything the page has is still the newest."""
    answers = {}
    for wanted in frame["channels"]:
        since = wanted.get("since", {})
        answers[wanted["channel"]] = {
            "mode": "event" if "offset" in since else "state",
            "offset": since.get("offset", 7),
            "version": since.get("version"),
            "recovered": True,
            "missed": 0,
        }
    return {"type": "subscribed", "id": frame["id"], "epoch": "k3f", "channels": answers}


def never_recovered(frame: Frame) -> Frame:
    answer = recovered(frame)
    for channel in answer["channels"].values():
        channel["recovered"] = False
    return answer


class FakeShop:
    def __init__(self) -> None:
        self.page = ""
        self.connections: list[Connection] = []
        self.refused = 0
        self.is_refusing = False
        self.beat = 30_000
        self.epoch = "k3f"
        self.answer: Callable[[Frame], Frame] = recovered
        self.snapshot: list[Frame] = []
        self.recovery: Frame = {}
        self.snapshot_status: Callable[[], int] = lambda: 200
        self.snapshot_gate = threading.Event()
        self.snapshot_gate.set()
        self.snapshot_queries: list[list[str]] = []
        self.tokens: Frame | None = {"connection": "conn-2", "channels": {}}
        self.token_requests: list[str | None] = []
        self.token_questions: list[Frame] = []
        self.token_gate = threading.Event()
        self.token_gate.set()

    def start(self) -> None:
        self.web = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, WebHandler))
        self.live = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, LiveHandler))
        for server in (self.web, self.live):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self.snapshot_gate.set()
        for server in (self.web, self.live):
            server.shutdown()
            server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web.server_port}/"

    @property
    def live_url(self) -> str:
        return f"ws://127.0.0.1:{self.live.server_port}/ws"

    @property
    def csp(self) -> str:
        socket_origin = f"ws://127.0.0.1:{self.live.server_port}"
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            f"connect-src 'self' {socket_origin}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )

    def connection(self, number: int = 1) -> Connection:
        """The n-th accepted socket, counted from 1."""
        return wait_until(lambda: self.connections[number - 1 : number], f"socket number {number}")[0]

    def wait_for_refetches(self, count: int) -> list[list[str]]:
        wait_until(lambda: len(self.snapshot_queries) >= count, f"refetch {count}")
        return self.snapshot_queries

    @contextmanager
    def holding_tokens(self) -> Iterator[None]:
        """Newer tokens are asked for at once but given only after the block."""
        self.token_gate.clear()
        try:
            yield
        finally:
            self.token_gate.set()

    @contextmanager
    def holding_snapshots(self) -> Iterator[None]:
        """Refetches are received at once but answered only after the block."""
        self.snapshot_gate.clear()
        try:
            yield
        finally:
            self.snapshot_gate.set()


def _handler(shop: FakeShop, base: type[BaseHTTPRequestHandler]) -> type[BaseHTTPRequestHandler]:
    return type(base.__name__, (base,), {"shop": shop})


class QuietHandler(BaseHTTPRequestHandler):
    shop: FakeShop

    def log_message(self, *args: Any) -> None:
        pass


class WebHandler(QuietHandler):
    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/":
            self._answer(self.shop.page.encode(), "text/html; charset=utf-8")
        elif path.startswith("/static/") and (STATIC / path[8:]).is_file():
            file = STATIC / path[8:]
            self._answer(file.read_bytes(), CONTENT_TYPES[file.suffix])
        else:
            self._answer(b"", "image/x-icon")

    def do_POST(self) -> None:
        question = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if urlsplit(self.path).path == "/live/recover":
            self._answer_snapshot(json.loads(question)["channels"])
            return
        self.shop.token_requests.append(self.headers.get("X-CSRFToken"))
        self.shop.token_questions.append(json.loads(question))
        self.shop.token_gate.wait(DEADLINE_SECONDS)
        if self.shop.tokens is None:
            self._answer(b"{}", "application/json", status=401)
        else:
            self._answer(json.dumps(self.shop.tokens).encode(), "application/json")

    def _answer_snapshot(self, wanted: list[Frame]) -> None:
        shop = self.shop
        answer = {
            "type": "subscribed",
            "epoch": shop.epoch,
            "channels": shop.recovery,
            "messages": shop.snapshot,
        }
        body = json.dumps(answer).encode()
        shop.snapshot_queries.append([channel["channel"] for channel in wanted])
        shop.snapshot_gate.wait(DEADLINE_SECONDS)
        self._answer(body, "application/json", status=shop.snapshot_status())

    def _answer(self, body: bytes, content_type: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", self.shop.csp)
        self.end_headers()
        self.wfile.write(body)


class LiveHandler(QuietHandler):
    def do_GET(self) -> None:
        self.close_connection = True
        if self.shop.is_refusing:
            self.shop.refused += 1
            self.send_error(503)
            return
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        connection = Connection(Server({"werkzeug.socket": self.connection, **headers}))
        self.shop.connections.append(connection)
        try:
            connection.send(type="hello", v=1, conn="c-1", beat=self.shop.beat, max=16384)
            self._converse(connection)
        except ConnectionClosed as closed:
            connection.ended_with = closed.reason

    def _converse(self, connection: Connection) -> None:
        while True:
            frame = json.loads(connection.socket.receive())
            connection.frames.append(frame)
            if frame["type"] == "subscribe":
                connection.send(**self.shop.answer(frame))
            elif frame["type"] == "ping":
                connection.send(type="pong", ts=0)
