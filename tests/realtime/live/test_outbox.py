"""The writer of one socket, on a pair of real sockets, in a process of its own: gevent must not patch the
test runner.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PRELUDE = """
import hashlib, os, socket as plain
import gevent
from gevent import socket
from app.realtime.live.frames import close_frame, json_frame, ping_frame, pong_frame, text_frame
from app.realtime.live.outbox import Outbox

def pair(max_bytes=262144, max_frames=512):
    ours, theirs = socket.socketpair()
    ours.setsockopt(plain.SOL_SOCKET, plain.SO_SNDBUF, 8192)
    return Outbox(ours, max_bytes, max_frames), theirs

def read_all(theirs, pause=0.0, chunk=65536):
    parts = []
    while data := theirs.recv(chunk):
        parts.append(data)
        if pause:
            gevent.sleep(pause)
    return b"".join(parts)

gevent.spawn_later(20, os._exit, 3)
"""

CASES = {
    "a_frame_of_4_megabytes_to_a_slow_reader_is_whole": """
outbox, theirs = pair()
frame = text_frame(os.urandom(2_000_000).hex().encode())
assert outbox.send(frame) and outbox.is_busy
assert outbox.send(close_frame(1000))
outbox.finish()
got = read_all(theirs, pause=0.0005)
assert got == frame + close_frame(1000), (len(got), len(frame))
assert not outbox.is_busy
""",
    "three_greenlets_write_whole_frames_in_their_own_order": """
outbox, theirs = pair(max_bytes=100_000_000, max_frames=100_000)
def write(number):
    for turn in range(200):
        assert outbox.send(b"%d:%03d:" % (number, turn) + bytes([65 + number]) * 30_000 + b"\\n")
        outbox.send(b"ping\\n"); outbox.send(b"pong\\n")
        gevent.sleep(0)
writers = [gevent.spawn(write, number) for number in range(3)]
reader = gevent.spawn(read_all, theirs)
gevent.joinall(writers, raise_error=True)
outbox.wait()
outbox.finish()
lines = reader.get().split(b"\\n")[:-1]
assert lines.count(b"ping") == lines.count(b"pong") == 600
for number in range(3):
    mine = [line for line in lines if line.startswith(b"%d:" % number)]
    assert mine == [b"%d:%03d:" % (number, turn) + bytes([65 + number]) * 30_000 for turn in range(200)]
""",
    "a_reader_that_stops_is_cut_at_the_bound": """
outbox, theirs = pair(max_bytes=50_000)
taken = 0
while outbox.send(b"x" * 5_000):
    taken += 1
assert outbox.evicted and 10 <= taken <= 40, taken
assert not outbox.send(b"more")
gevent.sleep(0.01)
assert len(read_all(theirs)) < 5_000 * taken
assert not outbox.is_busy
""",
    "frames_are_bounded_too": """
outbox, theirs = pair(max_frames=16)
assert outbox.send(b"x" * 200_000)
assert all(outbox.send(b"y") for _ in range(16))
assert not outbox.send(b"y") and outbox.evicted
""",
    "queued_state_is_replaced_by_newer_state": """
outbox, theirs = pair(max_frames=16)
assert outbox.send(b"x" * 200_000)
outbox.send(b"<a1>", "stock:A"); outbox.send(b"<b1>", "stock:B"); outbox.send(b"<event>")
for number in range(2, 1000):
    assert outbox.send(b"<a%d>" % number, "stock:A")
outbox.finish()
assert read_all(theirs).lstrip(b"x") == b"<b1><event><a999>"
""",
    "a_peer_that_resets_ends_the_writer_quietly": """
outbox, theirs = pair()
outbox.send(b"x" * 1_000_000)
theirs.close()
outbox.wait()
assert not outbox.is_busy and not outbox.send(b"y") and not outbox.evicted
""",
    "nothing_follows_the_last_frame": """
outbox, theirs = pair()
outbox.send(b"last")
outbox.finish()
assert not outbox.send(b"more")
assert read_all(theirs) == b"last"
""",
}


@pytest.mark.parametrize("name", CASES)
def test_the_outbox(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + CASES[name]], cwd=ROOT, capture_output=True, timeout=30, text=True
    )

    assert done.returncode == 0, done.stderr
