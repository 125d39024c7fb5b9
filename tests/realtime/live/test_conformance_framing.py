"""Lengths, masks, reserved bits and opcodes (RFC 6455, 5.2)."""

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
from tests.realtime.live.wire import PONG, RSV1, RSV2, RSV3, Frame

LENGTHS = (0, 1, 125, 126, 127, 128, 65535, 65536, 65537, 1 << 20)
LONGEST = 16 << 20
RESERVED_OPCODES = (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
PATTERN = bytes(range(256))


def bytes_of(length: int) -> bytes:
    return (PATTERN * (length // 256 + 1))[:length]


WHOLE = [
    row
    for length in LENGTHS
    for row in (
        Row(f"text of {length:,} bytes", [text("*" * length)], [said("*" * length)]),
        Row(f"binary of {length:,} bytes", [binary(bytes_of(length))], [sent_back(bytes_of(length))]),
    )
]
CHOPPED = [
    Row("text of 125 bytes", [text("+" * 125)], [said("+" * 125)], chop=1),
    Row("text of 126 bytes", [text("+" * 126)], [said("+" * 126)], chop=1),
    Row("binary of 4,096 bytes", [binary(bytes_of(4096))], [sent_back(bytes_of(4096))], chop=1),
    Row("text of 65,536 bytes", [text("+" * 65536)], [said("+" * 65536)], chop=997),
    Row("binary of 1 MiB", [binary(bytes_of(1 << 20))], [sent_back(bytes_of(1 << 20))], chop=4093),
    Row(
        "three messages",
        [text("a"), binary(b"b"), text("c")],
        [said("a"), sent_back(b"b"), said("c")],
        chop=1,
    ),
]
TOGETHER = [
    Row("a hundred messages in one write", [text("again")] * 100, [said("again")] * 100),
    Row(
        "right frames before a wrong one are answered",
        [text("first"), ping(b"second"), text("third", rsv=RSV3)],
        [said("first"), ponged(b"second"), closed(1002)],
    ),
]
FORMS = [
    Row("125 bytes, told in two", [text("*" * 125, width=2)], [closed(1002)]),
    Row("0 bytes, told in two", [text("", width=2)], [closed(1002)]),
    Row("126 bytes, told in eight", [text("*" * 126, width=8)], [closed(1002)]),
    Row("65,535 bytes, told in eight", [binary(bytes_of(65535), width=8)], [closed(1002)]),
    Row("0 bytes, told in eight", [binary(b"", width=8)], [closed(1002)]),
    Row("the highest bit of a length", [text("", claims=1 << 63)], [closed(1002)]),
    Row("all bits of a length", [text("", claims=(1 << 64) - 1)], [closed(1002)]),
    Row("a wrong form is refused before its mask", [text("*" * 9, width=2, cut=4)], [closed(1002)]),
]
MASKS = [
    Row("text without a mask", [text("plain", masked=False)], [closed(1002)]),
    Row("binary without a mask", [binary(b"plain", masked=False)], [closed(1002)]),
    Row("ping without a mask", [ping(b"plain", masked=False)], [closed(1002)]),
    Row("nothing without a mask", [text("", masked=False)], [closed(1002)]),
    Row("no mask, refused before the payload", [text("plain", masked=False, cut=2)], [closed(1002)]),
]
BITS = [
    Row(f"bits {bits:03b} of a {name}", [frame], [closed(1002)])
    for bits in range(1, 8)
    for name, frame in (
        ("text", text("x", rsv=bits)),
        ("binary", binary(b"x", rsv=bits)),
        ("ping", ping(b"x", rsv=bits)),
        ("close", Frame(8, rsv=bits)),
    )
] + [
    Row("RSV2 in the middle of a message", [text("x", fin=False), more("y", rsv=RSV2)], [closed(1002)]),
    Row("RSV1 between two messages", [text("x"), ping(rsv=RSV1)], [said("x"), closed(1002)]),
    Row("a reserved bit, refused with the first byte", [text("x", rsv=RSV3, cut=1)], [closed(1002)]),
]
OPCODES = [
    row
    for opcode in RESERVED_OPCODES
    for row in (
        Row(f"opcode {opcode}", [Frame(opcode)], [closed(1002)]),
        Row(f"opcode {opcode} after a message", [text("x"), Frame(opcode, b"y")], [said("x"), closed(1002)]),
        Row(
            f"opcode {opcode} within a message",
            [text("x", fin=False), Frame(opcode, b"y"), more("z")],
            [closed(1002)],
        ),
    )
] + [Row("a reserved opcode, refused with the first byte", [Frame(PONG + 1, cut=1)], [closed(1002)])]

SECTIONS = [
    Section("Length of a message", WHOLE),
    Section("Frames in small writes", CHOPPED),
    Section("Several frames in one write", TOGETHER),
    Section("Form of the length", FORMS),
    Section("Masks", MASKS),
    Section("Reserved bits", BITS),
    Section("Reserved opcodes", OPCODES),
]
LARGEST = [
    Row("text of 16 MiB", [text("*" * LONGEST)], [said("*" * LONGEST)]),
    Row("binary of 16 MiB", [binary(bytes_of(LONGEST))], [sent_back(bytes_of(LONGEST))]),
    Row(
        "16 MiB in 16 fragments",
        [
            binary(bytes_of(1 << 20), fin=False),
            *[more(bytes_of(1 << 20), fin=False)] * 14,
            more(bytes_of(1 << 20)),
        ],
        [sent_back(bytes_of(LONGEST))],
    ),
    Row(
        "16 MiB in 16,384 fragments",
        [binary(bytes_of(1024), fin=False), *[more(bytes_of(1024), fin=False)] * 16382, more(bytes_of(1024))],
        [sent_back(bytes_of(LONGEST))],
    ),
]
SLOW_SECTIONS = [Section("The largest message", LARGEST)]


@pytest.mark.parametrize("row", [row for section in SECTIONS for row in section.rows], ids=str)
def test_a_frame_is_read_or_refused(live: LiveServer, row: Row) -> None:
    row.play(live.port)


@pytest.mark.slow
@pytest.mark.parametrize("row", LARGEST, ids=str)
def test_the_largest_message_comes_back(live: LiveServer, row: Row) -> None:
    row.play(live.port)
