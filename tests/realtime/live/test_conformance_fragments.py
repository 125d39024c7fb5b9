"""Messages in several frames, with control frames between them (RFC 6455, 5.4)."""

import pytest

from tests.realtime.live.conformance import (
    Row,
    Section,
    binary,
    closed,
    more,
    ping,
    ponged,
    said,
    sent_back,
    text,
)
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.wire import PONG, Frame

PINGED = [text("one", fin=False), ping(b"p"), more("two", fin=False), ping(b"q"), more("three")]
PINGED_BACK = [ponged(b"p"), ponged(b"q"), said("onetwothree")]
SIZES = (1, 7, 64, 125, 126, 1000, 4096, 65536)


def split(data: bytes, size: int) -> list[Frame]:
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return [
        Frame(0 if number else 1, piece, fin=number == len(pieces) - 1) for number, piece in enumerate(pieces)
    ]


WHOLE = [
    Row("text in 2 fragments", [text("one", fin=False), more("two")], [said("onetwo")]),
    Row(
        "binary in 2 fragments", [binary(b"\xff\x00", fin=False), more(b"\xfe")], [sent_back(b"\xff\x00\xfe")]
    ),
    Row("text in 2 fragments, bytewise", [text("one", fin=False), more("two")], [said("onetwo")], chop=1),
    Row("first fragment empty", [text("", fin=False), more("two")], [said("two")]),
    Row("last fragment empty", [text("one", fin=False), more("")], [said("one")]),
    Row(
        "middle fragment empty", [text("one", fin=False), more("", fin=False), more("two")], [said("onetwo")]
    ),
    Row("all fragments empty", [text("", fin=False), more("", fin=False), more("")], [said("")]),
    Row("1,000 empty fragments", [text("", fin=False), *[more("", fin=False)] * 1000, more("")], [said("")]),
    *(
        Row(f"64 KiB in fragments of {size:,}", split(b"f" * 65536, size), [said("f" * 65536)])
        for size in SIZES
        if size > 1
    ),
    Row("1,024 fragments of one byte", split(b"f" * 1024, 1), [said("f" * 1024)]),
    Row("1 MiB in fragments of 4,096", split(b"f" * (1 << 20), 4096), [said("f" * (1 << 20))]),
    Row("two messages in fragments", split(b"abcd", 2) + split(b"efgh", 1), [said("abcd"), said("efgh")]),
    Row("a character in two fragments", [text(b"\xce", fin=False), more(b"\xba")], [said("κ")]),
]
BETWEEN = [
    Row(
        "ping between fragments",
        [text("one", fin=False), ping(b"p"), more("two")],
        [ponged(b"p"), said("onetwo")],
    ),
    Row("pings between fragments", PINGED, PINGED_BACK),
    Row("pings between fragments, bytewise", PINGED, PINGED_BACK, chop=1),
    Row("pong between fragments", [text("one", fin=False), Frame(PONG, b"p"), more("two")], [said("onetwo")]),
    Row(
        "100 pings between fragments",
        [text("one", fin=False), *[ping(b"p")] * 100, more("two")],
        [*[ponged(b"p")] * 100, said("onetwo")],
    ),
    Row(
        "ping of 126 bytes between fragments",
        [text("one", fin=False), ping(b"p" * 126), more("two")],
        [closed(1002)],
    ),
    Row("ping in fragments between fragments", [text("one", fin=False), ping(fin=False)], [closed(1002)]),
]
ORDER = [
    Row("continuation of nothing", [more("x")], [closed(1002)]),
    Row("continuation of nothing, more follows", [more("x", fin=False)], [closed(1002)]),
    Row("continuation of nothing, refused with the first byte", [more("x", cut=1)], [closed(1002)]),
    Row("continuation after a whole message", [text("x"), more("y")], [said("x"), closed(1002)]),
    Row(
        "continuation after the last fragment",
        [text("x", fin=False), more("y"), more("z")],
        [said("xy"), closed(1002)],
    ),
    Row("text within a text", [text("x", fin=False), text("y")], [closed(1002)]),
    Row("text within a text, more follows", [text("x", fin=False), text("y", fin=False)], [closed(1002)]),
    Row("binary within a text", [text("x", fin=False), binary(b"y")], [closed(1002)]),
    Row("text within a binary", [binary(b"x", fin=False), text("y")], [closed(1002)]),
    Row(
        "text after a continuation that goes on",
        [text("x", fin=False), more("y", fin=False), text("z")],
        [closed(1002)],
    ),
]

SECTIONS = [
    Section("Messages in fragments", WHOLE),
    Section("Control frames between fragments", BETWEEN),
    Section("Order of fragments", ORDER),
]


@pytest.mark.parametrize("row", [row for section in SECTIONS for row in section.rows], ids=str)
def test_fragments_make_a_message_or_are_refused(live: LiveServer, row: Row) -> None:
    row.play(live.port)
