"""Clients that send or read as slowly as they can: they wait for themselves, and everybody else is served as ever."""

import contextlib
import socket
import statistics
import threading
import time

import pytest
import requests

from app.core.load import PIECE_S
from tests.support.shop import Shop, open_shop

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.timeout(120)]

SLOW = 120
# Half of them would be too many if they counted. They come a few at a time, since all at once they are a flood.
MOST = 60
WAVE, BETWEEN_WAVES_S = 20, 0.4
SOON_S = 1.0
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Padding: " + b"a" * 200
FORM = (
    b"POST /cart HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
)
# A program's token is looked up before its body is read, a made-up one too.
WITH_TOKEN = FORM.replace(b"Content-Length", b"Authorization: Bearer ls_invented\r\nContent-Length")
UPLOAD = FORM.replace(b"5000", b"900000")
FILE = b"GET /static/any/js/shop.js HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def shop():
    with open_shop(WEB_MAX_IN_FLIGHT=str(MOST)) as shop:
        yield shop


@contextlib.contextmanager
def many(shop: Shop, start: bytes, *, dribble: bytes = b"", buffer: int = 0):
    """Connections that have sent `start`, and then `dribble` byte by byte, one in half a second, until the block ends."""
    over = threading.Event()
    peers = [dial(shop, buffer) for _ in range(SLOW)]
    for first in range(0, SLOW, WAVE):
        for peer in peers[first : first + WAVE]:
            peer.sendall(start)
        time.sleep(BETWEEN_WAVES_S)

    def go_on() -> None:
        for at in range(len(dribble)):
            for peer in peers:
                with contextlib.suppress(OSError):
                    peer.send(dribble[at : at + 1])
            if over.wait(0.5):
                return

    dribbling = threading.Thread(target=go_on, daemon=True)
    dribbling.start()
    try:
        yield peers
    finally:
        over.set()
        dribbling.join(5)
        for peer in peers:
            peer.close()


def dial(shop: Shop, buffer: int) -> socket.socket:
    peer = socket.socket()
    if buffer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    peer.settimeout(30)
    peer.connect(("127.0.0.1", shop.settings.PORT))
    return peer


def check_others(shop: Shop, seconds: float = 3) -> None:
    """All are served, and most of them soon: on a machine that is busy with something else, not each."""
    end, took = time.monotonic() + seconds, []
    while time.monotonic() < end:
        answer = requests.get(shop.url + "/products/cup", timeout=20)
        assert answer.status_code == 200
        took.append(answer.elapsed.total_seconds())
        time.sleep(0.1)
    assert statistics.median(took) < SOON_S, took


def test_heads_that_come_byte_by_byte_keep_nobody_waiting_and_are_cut(shop):
    with many(shop, HEAD[:20], dribble=HEAD[20:]) as peers:
        check_others(shop)
        time.sleep(3)
        assert [peer.recv(100) for peer in peers[:5]] == [b""] * 5


@pytest.mark.parametrize("head", [FORM, WITH_TOKEN], ids=["form", "token"])
def test_bodies_that_come_byte_by_byte_keep_nobody_waiting_and_are_given_up(shop, head):
    with many(shop, head, dribble=b"sku=CUP&quantity=" + b"1" * 100) as peers:
        check_others(shop)
        time.sleep(PIECE_S - 2)
        answers = [peer.recv(1000) for peer in peers[:5]]

    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers), answers
    check_others(shop, 1)


def test_uploads_that_stop_in_the_middle_are_given_up(shop):
    with many(shop, UPLOAD + b"a=" + b"1" * 20_000) as peers:
        check_others(shop)
        time.sleep(PIECE_S)
        answers = [peer.recv(1000) for peer in peers[:5]]

    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers), answers


def test_files_that_nobody_reads_keep_nobody_waiting(shop):
    with many(shop, FILE * 5, buffer=2048):
        check_others(shop)
    check_others(shop, 1)
