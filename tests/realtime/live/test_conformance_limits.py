"""What is too large is refused by its header, before any of it is taken (1009)."""

import pytest

from tests.realtime.live.conformance import DEFLATE, Row, Section, binary, closed, more, text
from tests.realtime.live.deflating import deflated
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.wire import RSV1

SHOP, ECHO = 16384, 16 << 20

ROWS = [
    row
    for path, most in (("/ws", SHOP), ("/ws/echo", ECHO))
    for row in (
        Row(
            f"{path}: text of one byte too many, announced",
            [text("", claims=most + 1)],
            [closed(1009)],
            path=path,
        ),
        Row(
            f"{path}: the largest length there is",
            [text("", claims=(1 << 63) - 1)],
            [closed(1009)],
            path=path,
        ),
        Row(
            f"{path}: a first fragment of one byte too many, announced",
            [binary(b"", claims=most + 1, fin=False)],
            [closed(1009)],
            path=path,
        ),
        Row(
            f"{path}: a second fragment of one byte too many, announced",
            [text("x", fin=False), more("", claims=most)],
            [closed(1009)],
            path=path,
        ),
        Row(
            f"{path}: compressed, and even so twice too large",
            [text("", claims=2 * most + 1, rsv=RSV1)],
            [closed(1009)],
            path=path,
            offer=DEFLATE,
        ),
        Row(
            f"{path}: small, and one byte too many when inflated",
            [deflated(b"*" * (most + 1))],
            [closed(1009)],
            path=path,
            offer=DEFLATE,
        ),
    )
] + [
    Row("/ws: 16 MiB in 16 kB", [deflated(b"*" * ECHO)], [closed(1009)], path="/ws", offer=DEFLATE),
    Row(
        "/ws: 16 MiB in 16 kB, refused while it comes",
        [deflated(b"*" * ECHO, cut=400)],
        [closed(1009)],
        path="/ws",
        offer=DEFLATE,
    ),
]
SECTIONS = [Section("Sizes", ROWS)]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_too_large_is_refused_early(live: LiveServer, row: Row) -> None:
    row.play(live.port)
