"""A wire between two processes that a test may cut, hold or let swallow what it carries."""

import contextlib
import socket
import struct
import threading

RESET = struct.pack("ii", 1, 0)


class Relay:
    """Listens on a TCP port and carries bytes to and from `target`: another port, or the path of a Unix socket."""

    def __init__(self, target: int | str):
        self.target = target
        self.is_refusing = False
        self.is_swallowing = False
        # Bytes that make it hold, before they are delivered.
        self.trap: bytes | None = None
        self._flowing = threading.Event()
        self._flowing.set()
        self._ends: set[socket.socket] = set()
        self._stranded: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def cut(self) -> None:
        """Reset every connection that is open now."""
        for end in list(self._ends):
            self._reset(end)

    def refuse(self) -> None:
        """Cut, and let nobody in until `admit`."""
        self.is_refusing = True
        self.cut()

    def admit(self) -> None:
        self.is_refusing = False

    def hold(self) -> None:
        """Deliver nothing until `release`; nothing is lost."""
        self._flowing.clear()

    def release(self) -> None:
        self._flowing.set()

    def swallow(self) -> None:
        """From now on bytes vanish, and so do the ends of connections: neither side is told that the other is gone."""
        self.is_swallowing = True

    def strand(self) -> None:
        """What is open now carries nothing more, and neither side is told; later connections are well."""
        self._stranded |= self._ends

    def close(self) -> None:
        self._listener.close()
        self.release()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._ends.add(client)
                try:
                    server = self._dial()
                except OSError:
                    self._reset(client)
                    continue
                self._ends.add(server)
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _dial(self) -> socket.socket:
        if self.is_refusing:
            raise ConnectionRefusedError
        if isinstance(self.target, int):
            return socket.create_connection(("127.0.0.1", self.target), 5)
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(self.target)
        except OSError:
            server.close()
            raise
        return server

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._spring(data)
                self._flowing.wait()
                if not self._loses(source):
                    sink.sendall(data)
            self._flowing.wait()
        if not self._loses(source):
            self._reset(sink)
            self._reset(source)

    def _spring(self, data: bytes) -> None:
        if self.trap and self.trap in data:
            self.trap = None
            self.hold()

    def _loses(self, source: socket.socket) -> bool:
        return self.is_swallowing or source in self._stranded

    def _reset(self, end: socket.socket) -> None:
        self._ends.discard(end)
        with contextlib.suppress(OSError):
            if end.family == socket.AF_INET:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.shutdown(socket.SHUT_RDWR)
        end.close()
