"""`python -m bench.push_service PORT LATENCY_MS`: takes pushes as a browser's push service does, after a while.

Endpoints under /faulty get what real ones answer now and then: 5 % of 503, 2 % of cut connections, 1 % of 410.
"""

import asyncio
import random
import sys

HEAD_END = b"\r\n\r\n"
ANSWERS = {
    201: b"HTTP/1.1 201 Created\r\nTTL: 60\r\nContent-Length: 0\r\n\r\n",
    410: b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",
    503: b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
}
FAULTS = ((0.05, 503), (0.07, 0), (0.08, 410))


class Connection(asyncio.Protocol):
    def __init__(self, latency_s: float) -> None:
        self._latency_s = latency_s
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(HEAD_END)
        if not end:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._received = body[length:]
        status = pick() if head.startswith(b"POST /faulty/") else 201
        asyncio.get_running_loop().call_later(self._latency_s, self.answer, status)

    def answer(self, status: int) -> None:
        if status:
            self._transport.write(ANSWERS[status])
        else:
            self._transport.abort()


def pick() -> int:
    drawn = random.random()
    return next((status for share, status in FAULTS if drawn < share), 201)


async def serve(port: int, latency_s: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(latency_s), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
