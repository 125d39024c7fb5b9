"""Pings, pongs and the end of a connection (RFC 6455, 5.5 and 7)."""

import pytest

from tests.realtime.live.conformance import Row, Section, closed, more, ping, ponged, said, text
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.wire import CLOSE, PONG, Frame, close_payload

VALID_CODES = (1000, 1001, 1002, 1003, *range(1007, 1015), 3000, 3001, 3999, 4000, 4001, 4403, 4999)
INVALID_CODES = (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 10000, 32768, 65535)
ALL_BYTES = bytes(range(256))


def close(payload: bytes = b"", fin: bool = True, cut: int | None = None) -> Frame:
    return Frame(CLOSE, payload, fin=fin, cut=cut)


PINGS = [
    Row("ping without payload", [ping()], [ponged()]),
    *(
        Row(f"ping of {length} bytes", [ping(b"p" * length)], [ponged(b"p" * length)])
        for length in (1, 2, 4, 5, 64, 124, 125)
    ),
    Row("ping of bytes that are no text", [ping(ALL_BYTES[130:250])], [ponged(ALL_BYTES[130:250])]),
    Row("ping of 126 bytes", [ping(b"p" * 126)], [closed(1002)]),
    Row("ping of 65,536 bytes", [ping(b"p" * 65536)], [closed(1002)]),
    Row("ping of 126 bytes, refused before its length", [ping(b"p" * 126, cut=2)], [closed(1002)]),
    Row("ping of 5 bytes, told in two", [ping(b"p" * 5, width=2)], [closed(1002)]),
    Row("ping in fragments", [ping(b"p", fin=False), more(b"q")], [closed(1002)]),
    Row("ping in fragments, refused with the first byte", [ping(b"p", fin=False, cut=1)], [closed(1002)]),
    Row("10 pings", [ping(bytes([n])) for n in range(10)], [ponged(bytes([n])) for n in range(10)]),
    Row("ping of 125 bytes, bytewise", [ping(b"p" * 125)], [ponged(b"p" * 125)], chop=1),
    Row(
        "10 pings, bytewise",
        [ping(bytes([n])) for n in range(10)],
        [ponged(bytes([n])) for n in range(10)],
        chop=1,
    ),
]
PONGS = [
    Row("pong that nobody asked for", [Frame(PONG)], []),
    Row("pong of 125 bytes that nobody asked for", [Frame(PONG, b"p" * 125)], []),
    Row("pong, then ping", [Frame(PONG, b"mine"), ping(b"yours")], [ponged(b"yours")]),
    Row(
        "10 pongs between two messages",
        [text("a"), *[Frame(PONG, b"p")] * 10, text("b")],
        [said("a"), said("b")],
    ),
    Row("pong of 126 bytes", [Frame(PONG, b"p" * 126)], [closed(1002)]),
    Row("pong in fragments", [Frame(PONG, b"p", fin=False)], [closed(1002)]),
]
CLOSES = [
    Row("close without payload", [close()], [closed(None)]),
    Row("close of 1 byte", [close(b"\x03")], [closed(1002)]),
    Row("close of a code alone", [close(close_payload(1000))], [closed(1000)]),
    Row("close with a reason", [close(close_payload(1000, b"done"))], [closed(1000)]),
    Row(
        "close with a reason in UTF-8",
        [close(close_payload(1000, "fertig, größer".encode()))],
        [closed(1000)],
    ),
    Row("close of 125 bytes", [close(close_payload(1000, b"r" * 123))], [closed(1000)]),
    Row("close of 126 bytes", [close(close_payload(1000, b"r" * 124))], [closed(1002)]),
    Row("close in fragments", [close(close_payload(1000), fin=False)], [closed(1002)]),
    Row("reason that is not UTF-8", [close(close_payload(1000, b"\xce\xba\xff"))], [closed(1007)]),
    Row("reason that ends within a character", [close(close_payload(1000, b"\xce"))], [closed(1007)]),
    Row("reason with a surrogate", [close(close_payload(1000, b"\xed\xa0\x80"))], [closed(1007)]),
    Row("close, bytewise", [close(close_payload(1000, b"done"))], [closed(1000)], chop=1),
    Row("text after close", [close(close_payload(1000)), text("late")], [closed(1000)]),
    Row("ping after close", [close(close_payload(1000)), ping(b"late")], [closed(1000)]),
    Row("close twice", [close(close_payload(1000)), close(close_payload(1001))], [closed(1000)]),
    Row("rubbish after close", [close(close_payload(1000)), Frame(15, b"late", rsv=7)], [closed(1000)]),
    Row("256 kB after close", [close(close_payload(1000)), Frame(2, b"late" * 65536)], [closed(1000)]),
    Row("close within a message", [text("half", fin=False), close(close_payload(1000))], [closed(1000)]),
    Row("close after a message", [text("whole"), close(close_payload(1000))], [said("whole"), closed(1000)]),
    Row("close after a ping", [ping(b"p"), close(close_payload(1001))], [ponged(b"p"), closed(1001)]),
]
CODES = [
    *(Row(f"code {code}", [close(close_payload(code))], [closed(code)]) for code in VALID_CODES),
    *(Row(f"code {code}", [close(close_payload(code))], [closed(1002)]) for code in INVALID_CODES),
    Row("invalid code with a reason", [close(close_payload(1005, b"why"))], [closed(1002)]),
]

SECTIONS = [
    Section("Pings", PINGS),
    Section("Pongs", PONGS),
    Section("Closing", CLOSES),
    Section("Close codes", CODES),
]


@pytest.mark.parametrize("row", [row for section in SECTIONS for row in section.rows], ids=str)
def test_a_control_frame_is_answered_or_refused(live: LiveServer, row: Row) -> None:
    row.play(live.port)
