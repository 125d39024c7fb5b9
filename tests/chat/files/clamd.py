"""A virus scanner that speaks clamd's INSTREAM over a real socket and knows one virus."""

import socket
import struct
import threading
from pathlib import Path

VIRUS = b"X5O!P%@AP[4-PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
MOST = 8 * 1024 * 1024


class Clamd:
    """`asked` is what it was sent; `answer` replaces what it says of it."""

    def __init__(self, path: Path | None = None):
        self._server = socket.socket(socket.AF_UNIX if path else socket.AF_INET, socket.SOCK_STREAM)
        self._server.bind(str(path) if path else ("127.0.0.1", 0))
        self._server.listen()
        self.address = str(path) if path else f"127.0.0.1:{self._server.getsockname()[1]}"
        self.asked: list[bytes] = []
        self.answer: bytes | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                connection.sendall(self._talk(stream))

    def _talk(self, stream) -> bytes:
        if stream.read(10) != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND\0"
        body = b""
        while size := struct.unpack("!I", stream.read(4))[0]:
            body += stream.read(size)
            if len(body) > MOST:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.asked.append(body)
        if self.answer is not None:
            return self.answer
        return b"stream: Eicar-Signature FOUND\0" if VIRUS in body else b"stream: OK\0"

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)
