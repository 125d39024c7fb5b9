"""The only writer of a socket: whole frames, in order, with a bound on what waits for a slow reader."""

import socket
from collections import OrderedDict
from itertools import count
from typing import Any

import gevent

_frame_numbers = count()


class Outbox:
    """Takes frames from any greenlet. Nothing yields but `wait`, and the greenlet that serves a slow peer.

    A library's `sock.send()` will not do: under gevent it may write half a frame and say so only in its
    return value, and two greenlets that both block in it crash.
    """

    __slots__ = (
        "sock",
        "max_bytes",
        "max_frames",
        "evicted",
        "_raw",
        "_write",
        "_drainer",
        "_queue",
        "_queued_bytes",
        "_dead",
        "_last",
    )

    def __init__(self, sock: Any, max_bytes: int, max_frames: int):
        self.sock = sock
        self.max_bytes = max_bytes
        self.max_frames = max_frames
        self.evicted = False
        self._raw = getattr(sock, "_sock", sock)
        # None while a frame has to wait its turn or comes too late: one look instead of three for each frame.
        self._write = self._raw.send
        self._drainer: gevent.Greenlet | None = None
        self._queue: OrderedDict[Any, bytes] | None = None
        self._queued_bytes = 0
        self._dead = False
        self._last = False

    @property
    def is_busy(self) -> bool:
        return self._drainer is not None

    @property
    def depth(self) -> tuple[int, int]:
        """Bytes and frames that wait behind the frame in flight."""
        return self._queued_bytes, len(self._queue or ())

    def send(self, frame: bytes, key: str | None = None) -> bool:
        """Write or queue one whole frame.

        False when the socket is gone, or is cut now because its reader is too slow. A queued frame with the
        same `key` is replaced: for state, where only the newest counts.
        """
        if self._write is None:
            return self._enqueue(frame, key)
        try:
            sent = self._write(frame)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.cut()
            return False
        if sent < len(frame):
            self._write = None
            self._drainer = gevent.spawn(self._drain, memoryview(frame)[sent:])
        return True

    def wait(self) -> None:
        """Return when nothing is queued any more or the socket is gone. Yields."""
        while self._drainer is not None and not self._dead:
            self._drainer.join()

    def finish(self) -> None:
        """Take no more frames, and end the stream after the queued ones: a close frame, then the end."""
        self._last = True
        self._write = None
        if self._drainer is None:
            self._shutdown(socket.SHUT_WR)

    def cut(self) -> None:
        """End both directions at once; the reader of this socket wakes up and cleans up."""
        self._dead = True
        self._write = None
        self._queue = None
        self._shutdown(socket.SHUT_RDWR)

    def _enqueue(self, frame: bytes, key: str | None) -> bool:
        if self._dead or self._last:
            return False
        if self._queue is None:
            self._queue = OrderedDict()
        if key is not None and key in self._queue:
            self._queued_bytes -= len(self._queue.pop(key))
        if self._queued_bytes + len(frame) > self.max_bytes or len(self._queue) >= self.max_frames:
            self.evicted = True
            self.cut()
            return False
        self._queue[next(_frame_numbers) if key is None else key] = frame
        self._queued_bytes += len(frame)
        return True

    def _drain(self, rest: memoryview | bytes) -> None:
        try:
            self.sock.sendall(rest)
            while self._queue:
                _, frame = self._queue.popitem(last=False)
                self._queued_bytes -= len(frame)
                self.sock.sendall(frame)
        except OSError:
            self.cut()
        finally:
            self._drainer = None
            self._queue = None
            self._queued_bytes = 0
            if not self._dead and not self._last:
                self._write = self._raw.send
        if self._last and not self._dead:
            self._shutdown(socket.SHUT_WR)

    def _shutdown(self, how: int) -> None:
        try:
            self._raw.shutdown(how)
        except OSError:
            pass  # The peer was first.
