"""What clients say: eight thousand short messages a second from a thousand sockets, each checked, limited and answered."""

import math
import os
import select
import socket
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench import audience, frames
from bench.hall import CLIENT_CORES, SERVER_CORES
from bench.percentiles import summarise
from bench.processes import cpu_seconds, memory_mb, pin
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop

SOCKETS = 1000
RATE = 8000
SECONDS = 5.0
RUNS = 3
GIVE_UP_S = 5.0
RECEIVE_BYTES = 65536
# Both are answered with one frame. The second is looked up and found missing.
SAID = (
    frames.client_frame(frames.TEXT, b'{"type":"ping","id":123456}'),
    frames.client_frame(frames.TEXT, b'{"type":"unsubscribe","id":123457,"channel":"stock:VAS-HAR-L-COB"}'),
)
LIMITS = {
    "answered %": Limit(100, least=True, every_run=True),
    "refused": NONE,
    "messages /s": Limit(7900, least=True),
}


@dataclass
class Speaker:
    sock: socket.socket
    counter: frames.Counter = field(default_factory=lambda: frames.Counter(0))
    due: deque[float] = field(default_factory=deque)


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    pin(os.getpid(), CLIENT_CORES)
    shop.start_redis(SERVER_CORES)
    found = Measure(f"{RATE:,} messages/s from {SOCKETS:,} sockets", LIMITS)
    for _ in range(RUNS):
        with ExitStack() as stack:
            shop.start_live(SERVER_CORES)
            stack.callback(shop.stop, "live")
            speakers = [Speaker(audience.open_socket(shop.live_port, [], False)) for _ in range(SOCKETS)]
            for speaker in speakers:
                stack.callback(speaker.sock.close)
            found.runs.append(talk(speakers, shop.worker("live"), seconds or SECONDS))
    return [found]


def talk(speakers: list[Speaker], server: int, seconds: float) -> Run:
    """Each socket speaks in turn, so each stays under the limit of 10 messages a second."""
    count = round(RATE * seconds)
    poll = select.epoll()
    by_number = {speaker.sock.fileno(): speaker for speaker in speakers}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    before, begun = cpu_seconds(server), time.perf_counter()
    latencies: list[float] = []
    said, late, refused = 0, 0.0, 0
    finished = begun
    while len(latencies) < count and time.perf_counter() < begun + seconds + GIVE_UP_S:
        now = time.perf_counter()
        while said < count and (due := begun + said / RATE) <= now:
            late = max(late, now - due)
            speaker = speakers[said % SOCKETS]
            speaker.due.append(due)
            speaker.sock.send(SAID[said // SOCKETS % len(SAID)])
            said += 1
        for number, _ in poll.poll(0.001):
            refused += hear(by_number[number], latencies)
            finished = time.perf_counter()
    poll.close()
    spent = cpu_seconds(server) - before
    return Run(
        {
            "answered %": len(latencies) * 100 / count,
            "refused": refused,
            "messages /s": len(latencies) / (finished - begun),
            "CPU us a message": spent * 1e6 / len(latencies) if latencies else math.nan,
            **summarise([latency * 1000 for latency in latencies]),
            "sent late max ms": late * 1000,
            "memory MB": memory_mb(server, "VmHWM"),
        }
    )


def hear(speaker: Speaker, latencies: list[float]) -> int:
    """Takes the answers that have come. Returns how many of them were errors."""
    data = speaker.sock.recv(RECEIVE_BYTES)
    before = speaker.counter.messages
    speaker.counter.feed(data)
    now = time.perf_counter()
    for _ in range(speaker.counter.messages - before):
        latencies.append(now - speaker.due.popleft())
    return data.count(b'"type":"error"')
