"""Requests that two servers could read differently: ours refuses them, hangs up, and serves nothing that hides in them."""

import re
import socket

import pytest

from tests.support.shop import open_shop

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]

HIDDEN = b"GET /hidden-in-a-body HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNK = b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)


def post(
    *fields: bytes, body: bytes = b"", line: bytes = b"POST /cart HTTP/1.1", end: bytes = b"\r\n"
) -> bytes:
    return end.join([line, b"Host: localhost", *fields, b"", b""]) + body


LENGTH, CHUNKED = b"Content-Length: %d" % len(HIDDEN), b"Transfer-Encoding: chunked"
REFUSED = {
    "length and chunks": post(LENGTH, CHUNKED, body=b"0\r\n\r\n" + HIDDEN),
    "chunks and length": post(CHUNKED, LENGTH, body=b"0\r\n\r\n" + HIDDEN),
    "two lengths": post(b"Content-Length: 0", LENGTH, body=HIDDEN),
    "two equal lengths": post(LENGTH, LENGTH, body=HIDDEN),
    "a list of lengths": post(b"Content-Length: 0, %d" % len(HIDDEN), body=HIDDEN),
    "a length with a sign": post(b"Content-Length: +%d" % len(HIDDEN), body=HIDDEN),
    "a negative length": post(b"Content-Length: -1", body=HIDDEN),
    "a length in hex": post(b"Content-Length: 0x%x" % len(HIDDEN), body=HIDDEN),
    "a length with an underscore": post(b"Content-Length: 1_0", body=HIDDEN),
    "a space before the colon": post(b"Content-Length : 0", CHUNKED, body=b"0\r\n\r\n" + HIDDEN),
    "chunks twice": post(CHUNKED, CHUNKED, body=CHUNK),
    "chunks by another name": post(b"Transfer-Encoding: xchunked", LENGTH, body=HIDDEN),
    "chunks after identity": post(b"Transfer-Encoding: chunked, identity", body=CHUNK),
    "chunks with a vertical tab": post(b"Transfer-Encoding: \x0bchunked", body=CHUNK),
    "chunks in quotes": post(b'Transfer-Encoding: "chunked"', body=CHUNK),
    "a folded line": post(b"Transfer-Encoding:\r\n chunked", body=CHUNK),
    "chunks in HTTP/1.0": post(CHUNKED, body=CHUNK, line=b"POST /cart HTTP/1.0"),
    "a chunk's size with a sign": post(CHUNKED, body=b"+" + CHUNK),
    "a chunk's size in 0x": post(CHUNKED, body=b"0x" + CHUNK),
    "a chunk longer than it says": post(CHUNKED, body=b"1\r\n%s\r\n0\r\n\r\n" % HIDDEN),
    "a chunk's size ended by LF": post(CHUNKED, body=CHUNK.replace(b"\r\n", b"\n", 1)),
    "a line ended by LF": post(LENGTH, end=b"\n", body=HIDDEN),
    "a NUL in a value": post(b"X-A: a\0b"),
    "a CR in a value": post(b"X-A: a\rX-B: b"),
    "a name in brackets": post(b"X(A): a"),
    "a line without a colon": post(b"X-A"),
    "another version": post(line=b"POST /cart HTTP/9.9"),
    "no version": b"GET /hidden-in-a-body\r\n\r\n",
    "a method in small letters": post(line=b"post /cart HTTP/1.1"),
    "a very long line": post(line=b"GET /" + b"a" * 9000 + b" HTTP/1.1"),
    "very many fields": post(*[b"X-%d: a" % number for number in range(150)]),
    "a very long field": post(b"X-A: " + b"a" * 9000),
}


@pytest.fixture(scope="module")
def module_shop():
    with open_shop("redis", "web", "live") as shop:
        yield shop


def exchange(port: int, request: bytes) -> bytes:
    """All that is answered until the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), 15) as peer:
        peer.sendall(request)
        answer = b""
        while more := receive(peer):
            answer += more
        return answer


def receive(peer: socket.socket) -> bytes:
    try:
        return peer.recv(65536)
    except ConnectionResetError:  # it hung up on what it did not read
        return b""


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_be_read_in_two_ways_is_refused_and_hides_nothing(module_shop, name):
    answer = exchange(module_shop.settings.PORT, REFUSED[name])

    statuses = re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)
    assert set(statuses) <= {b"400", b"405", b"414", b"431", b"501", b"505"}, answer


def test_a_header_in_underscores_is_not_taken_for_the_proxys(module_shop):
    request = b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nX_Forwarded_For: 6.6.6.6\r\nConnection: close\r\n\r\n"

    answer = exchange(module_shop.settings.PORT, request)

    assert answer.split()[1] in (b"200", b"400")


@pytest.mark.parametrize("method", [b"TRACE", b"CONNECT", b"PROPFIND", b"FOO"])
def test_methods_that_nothing_here_has_are_refused(module_shop, method):
    answer = exchange(
        module_shop.settings.PORT, method + b" / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )

    assert answer.split()[1] in (b"400", b"405", b"501")


def test_two_honest_requests_on_one_connection_are_both_served(module_shop):
    request = b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n%s\r\n"

    answer = exchange(module_shop.settings.PORT, request % b"" + request % b"Connection: close\r\n")

    assert answer.count(b"HTTP/1.1 200 OK") == 2
