"""Clients that take their time, and a process that has no files left."""

import os
import resource
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import websocket

from tests.realtime.live.peers import Peer, RawPeer
from tests.realtime.live.servers import LiveServer
from tests.support.waiting import wait_for

HEAD = b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nX-Padding: " + b"a" * 500
# gunicorn's own default; deploy/gunicorn_live.py allows 5.
HEAD_SECONDS = 2


def test_a_head_that_comes_byte_by_byte_is_cut_and_keeps_nobody_waiting(
    live: LiveServer, connect_peer: Any
) -> None:
    slow = socket.create_connection(("127.0.0.1", live.port))
    begun = time.monotonic()

    with slow:
        wait_for(lambda: is_cut(slow, HEAD, begun), HEAD_SECONDS + 3, "the cut")
        connect_peer(live).synchronise()

    assert time.monotonic() - begun > HEAD_SECONDS - 0.5


def is_cut(sock: socket.socket, text: bytes, begun: float) -> bool:
    """Send the next byte, ten in a second."""
    at = int((time.monotonic() - begun) * 10)
    sock.settimeout(0.1)
    try:
        sock.sendall(text[at : at + 1])
        return sock.recv(100) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_a_frame_that_comes_byte_by_byte_is_cut(nervous: LiveServer) -> None:
    peer = RawPeer(nervous.port)
    peer.socket.sendall(b"\x81\xfe\x02\x00\0\0\0\0")
    begun = time.monotonic()

    def dribble() -> bool:
        try:
            peer.socket.sendall(b"a")
        except OSError:
            return True
        return time.monotonic() - begun > 6

    peer.socket.settimeout(0.1)
    wait_for(lambda: dribble() or ended(peer), 10, "the end")

    assert 2.5 < time.monotonic() - begun < 6


def ended(peer: RawPeer) -> bool:
    """Whether the close frame, with 1013, has come."""
    try:
        peer.buffer += peer.socket.recv(65536)
    except TimeoutError:
        pass
    return struct.pack("!H", 1013) + b"a frame took too long" in peer.buffer


def test_a_slow_client_whose_frames_do_come_stays(nervous: LiveServer) -> None:
    peer = RawPeer(nervous.port)
    ping = b'{"type":"ping"}'
    frame = bytes([0x81, 0x80 | len(ping)]) + b"\0\0\0\0" + ping

    for byte in frame * 5:
        peer.socket.sendall(bytes([byte]))
        time.sleep(0.05)

    pongs = 0
    while pongs < 5:
        opcode, _, payload = peer.next_frame()
        assert opcode != 8, payload
        pongs += b'"pong"' in payload


@contextmanager
def few_files(pid: int, spare: int) -> Iterator[None]:
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    there = len(os.listdir(f"/proc/{pid}/fd"))
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (there + spare, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def crowded(start_live: Any) -> LiveServer:
    server: LiveServer = start_live()
    return server


def test_without_files_nobody_new_gets_in_nobody_is_thrown_out_and_the_processor_rests(
    crowded: LiveServer, connect_peer: Any, send: Any
) -> None:
    guests = [connect_peer(crowded) for _ in range(3)]
    for guest in guests:
        guest.subscribe("shop")

    with few_files(crowded.worker_pid, spare=5):
        waiting = [socket.create_connection(("127.0.0.1", crowded.port)) for _ in range(40)]
        begun, used = time.monotonic(), cpu_seconds(crowded.worker_pid)
        time.sleep(2)
        offset = send("shop", data={"n": 1}).offset
        for guest in guests:
            guest.wait_offset("shop", offset)
        share = (cpu_seconds(crowded.worker_pid) - used) / (time.monotonic() - begun)
        for sock in waiting:
            sock.close()
        wait_for(lambda: knock(crowded), 10, "a free file")

    assert "Too many open files" in crowded.log.read_text()
    assert share < 0.3
    for guest in guests:
        guest.synchronise()


def knock(server: LiveServer) -> bool:
    try:
        peer = Peer(server.port)
    except (OSError, websocket.WebSocketException):
        return False
    return peer.next(1) is not None
