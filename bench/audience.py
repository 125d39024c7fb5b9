"""The sockets of the fan-out: opened one by one, some for a probe to time, the rest for a sink."""

import base64
import json
import os
import socket
from collections.abc import Mapping
from typing import Any

from bench import frames
from bench.shop import Broken

TIMEOUT_S = 10.0
RECEIVE_BYTES = 65536
# What Chromium offers.
DEFLATE_OFFER = "permessage-deflate; client_max_window_bits"


def open_socket(
    port: int, channels: list[str], deflate: bool, rights: Mapping[str, str] | None = None
) -> socket.socket:
    """Connected, subscribed if to anything, and read up to the answer; nothing has been published by then.

    `rights` are the tokens of private channels by name, and the connection's own under "".
    """
    sock = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    rest = upgrade(sock, port, deflate)
    if not channels:
        read_until(sock, rest, "hello")
        sock.setblocking(False)
        return sock
    rights = rights or {}
    wanted = {
        "type": "subscribe",
        "channels": [{"channel": name, "token": rights.get(name)} for name in channels],
        "token": rights.get(""),
    }
    sock.sendall(frames.client_frame(frames.TEXT, json.dumps(wanted).encode()))
    answers = read_until(sock, rest, "subscribed")["channels"]
    if refused := [name for name in channels if "error" in answers.get(name, {"error": "no answer"})]:
        raise Broken(f"the server refused {refused}: {answers}")
    sock.setblocking(False)
    return sock


def upgrade(sock: socket.socket, port: int, deflate: bool) -> bytes:
    """What came behind the server's answer."""
    lines = [
        "GET /ws HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
    ]
    offer = [f"Sec-WebSocket-Extensions: {DEFLATE_OFFER}"] if deflate else []
    sock.sendall("\r\n".join([*lines, *offer, "", ""]).encode())
    head = b""
    while b"\r\n\r\n" not in head:
        head += receive(sock)
    head, _, rest = head.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 101") or deflate != (b"permessage-deflate" in head):
        raise Broken(f"the server did not upgrade as asked: {head.decode(errors='replace')}")
    return rest


def read_until(sock: socket.socket, rest: bytes, kind: str) -> dict[str, Any]:
    reader = frames.Reader()
    while True:
        for _, payload in reader.feed(rest):
            message: dict[str, Any] = json.loads(payload)
            if message["type"] == kind:
                return message
        rest = receive(sock)


def receive(sock: socket.socket) -> bytes:
    data = sock.recv(RECEIVE_BYTES)
    if not data:
        raise Broken("the server closed a socket that was being opened")
    return data


def split(sockets: list[socket.socket], probes: int) -> tuple[list[socket.socket], list[socket.socket]]:
    """Probes and the others, evenly mixed: a server may write in the order of connecting."""
    every = len(sockets) // probes
    timed = sockets[every // 2 :: every][:probes]
    return timed, [sock for sock in sockets if sock not in set(timed)]
