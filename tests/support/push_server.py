"""What Mozilla's push server does for a Firefox, as small as it goes: endpoints that lead to its socket."""

import base64
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed
from werkzeug.serving import make_server


class PushServer:
    """For one browser. `lost` are the channels that it gave up: whoever sends to them hears 410."""

    def __init__(self, port: int):
        self.origin = f"http://127.0.0.1:{port}"
        self.socket_url = f"ws://127.0.0.1:{port}/"
        self.lost: set[str] = set()
        self.acked: list[dict[str, Any]] = []
        self._channels: dict[str, str] = {}
        self._socket: Any = None

    @property
    def settings(self) -> dict[str, Any]:
        """By which a Firefox comes here, and shows notifications without a desktop."""
        return {
            "dom.push.serverURL": self.socket_url,
            "dom.push.testing.allowInsecureServerURL": True,
            "permissions.default.desktop-notification": 1,
            "alerts.useSystemBackend": False,
            # Whoever drives a Firefox gets one that takes no pushes.
            "remote.prefs.recommended": False,
        }

    def follow(self, socket: Any) -> None:
        self._socket = socket
        try:
            while True:
                if answer := self.answer(json.loads(socket.receive())):
                    socket.send(json.dumps(answer))
        except ConnectionClosed:
            pass

    def answer(self, said: dict[str, Any]) -> dict[str, Any] | None:
        kind = said.get("messageType")
        if kind == "hello":
            return {
                "messageType": "hello",
                "status": 200,
                "uaid": secrets.token_hex(16),
                "use_webpush": True,
                "broadcasts": {},
            }
        if kind == "register":
            mark = secrets.token_hex(16)
            self._channels[mark] = said["channelID"]
            endpoint = f"{self.origin}/wpush/v2/{mark}"
            return {**named(said), "status": 200, "pushEndpoint": endpoint}
        if kind == "unregister":
            self.lost.add(said["channelID"])
            return {**named(said), "status": 200}
        if kind == "ack":
            self.acked += said["updates"]
        return {} if not said else None

    def push(self, mark: str) -> tuple[str, int, dict[str, str]]:
        channel = self._channels.get(mark)
        if channel is None or channel in self.lost:
            return "", 410, {}
        told = {
            "messageType": "notification",
            "channelID": channel,
            "version": secrets.token_hex(8),
            "data": base64.urlsafe_b64encode(request.get_data()).rstrip(b"=").decode(),
            "headers": {"encoding": request.headers["Content-Encoding"]},
        }
        self._socket.send(json.dumps(told))
        return "", 201, {"TTL": request.headers["TTL"]}


def named(said: dict[str, Any]) -> dict[str, Any]:
    return {"messageType": said["messageType"], "channelID": said["channelID"]}


@contextmanager
def open_push_server(port: int) -> Iterator[PushServer]:
    server = PushServer(port)
    app = Flask("push_server", static_folder=None)
    app.config["SOCK_SERVER_OPTIONS"] = {"subprotocols": ["push-notification"]}
    Sock(app).route("/")(server.follow)
    app.add_url_rule("/wpush/v2/<mark>", "push", server.push, methods=["POST"])
    running = make_server("127.0.0.1", port, app, threaded=True)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        running.shutdown()
        thread.join(10)
        running.server_close()
