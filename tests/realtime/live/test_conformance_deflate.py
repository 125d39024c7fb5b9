"""Compressed messages (RFC 7692, 7.2). The server's answers are inflated within the window that was agreed on."""

import random
import zlib

import pytest

from tests.realtime.live.conformance import (
    DEFLATE,
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
from tests.realtime.live.deflating import SYNC_TAIL, deflated, in_fragments, pack, pack_final
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.wire import BINARY, CONTINUATION, PING, RSV1, TEXT, Answer, Frame

SIZES = (0, 1, 2, 63, 64, 125, 126, 127, 128, 1024, 4096, 16383, 32768, 65535, 65536, 131072, 1 << 20)
SENTENCE = "Nur noch 3 da – größer wird’s nicht. "


def words(size: int) -> str:
    return (SENTENCE * (size // len(SENTENCE) + 1))[:size]


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


PAGE, NOISE = words(20000).encode(), noise(20000)
FINAL = pack_final(b"Hello")
HELLO = pack(b"Hello")


def row(name: str, sent: list[Frame], back: list[Answer], chop: int = 0, offer: str = DEFLATE) -> Row:
    return Row(name, sent, back, chop, offer)


WHOLE = [
    each
    for size in SIZES
    for each in (
        row(f"{size:,} characters that repeat", [deflated(words(size).encode())], [said(words(size))]),
        row(f"{size:,} bytes that do not", [deflated(noise(size), opcode=BINARY)], [sent_back(noise(size))]),
    )
]
MADE = [
    *(row(f"level {level}", [deflated(PAGE, level=level)], [said(PAGE)]) for level in range(10)),
    *(row(f"window of 2^{bits}", [deflated(PAGE, window_bits=bits)], [said(PAGE)]) for bits in range(9, 16)),
    *(
        row(name, [deflated(PAGE, strategy=strategy)], [said(PAGE)])
        for name, strategy in (
            ("Huffman only", zlib.Z_HUFFMAN_ONLY),
            ("runs only", zlib.Z_RLE),
            ("fixed codes only", zlib.Z_FIXED),
        )
    ),
    row(
        "stored blocks of 127 bytes", [deflated(NOISE, level=0, memory=1, opcode=BINARY)], [sent_back(NOISE)]
    ),
    row("a block every 10 bytes", [deflated(PAGE[:2000], flush_every=10)], [said(PAGE[:2000])]),
    row(
        "a full flush every 1,000 bytes",
        [deflated(PAGE, flush_every=1000, flush=zlib.Z_FULL_FLUSH)],
        [said(PAGE)],
    ),
    row(
        "a partial flush every 1,000 bytes",
        [deflated(PAGE, flush_every=1000, flush=zlib.Z_PARTIAL_FLUSH)],
        [said(PAGE)],
    ),
    row(
        "the example of RFC 7692, one block",
        [Frame(TEXT, bytes.fromhex("f248cdc9c90700"), rsv=RSV1)],
        [said("Hello")],
    ),
    row(
        "the example of RFC 7692, stored",
        [Frame(TEXT, bytes.fromhex("000500faff48656c6c6f00"), rsv=RSV1)],
        [said("Hello")],
    ),
    row(
        "the example of RFC 7692, last block",
        [Frame(TEXT, bytes.fromhex("f348cdc9c9070000"), rsv=RSV1)],
        [said("Hello")],
    ),
    row(
        "the example of RFC 7692, two blocks",
        [Frame(TEXT, bytes.fromhex("f24805000000ffffcac9c90700"), rsv=RSV1)],
        [said("Hello")],
    ),
    row("a last block and nothing after it", [Frame(TEXT, FINAL, rsv=RSV1)], [said("Hello")]),
    row("a last block and a message after it", [Frame(TEXT, FINAL + HELLO, rsv=RSV1)], [said("HelloHello")]),
    row("64 last blocks", [Frame(TEXT, FINAL * 64, rsv=RSV1)], [said("Hello" * 64)]),
    row("65 last blocks", [Frame(TEXT, FINAL * 65, rsv=RSV1)], [closed(1009)]),
    row("an empty message of one byte", [Frame(TEXT, b"\x00", rsv=RSV1)], [said("")]),
    row("an empty message of no byte", [Frame(TEXT, b"", rsv=RSV1)], [said("")]),
]
IN_FRAGMENTS = [
    *(
        row(f"20,000 characters in fragments of {size:,}", in_fragments(pack(PAGE), size), [said(PAGE)])
        for size in (1, 2, 7, 50, 125, 126)
    ),
    *(
        row(
            f"20,000 random bytes in fragments of {size:,}",
            in_fragments(pack(NOISE), size, BINARY),
            [sent_back(NOISE)],
        )
        for size in (100, 4096, 16384)
    ),
    row(
        "1 MiB in fragments of 1,024",
        in_fragments(pack(noise(1 << 20)), 1024, BINARY),
        [sent_back(noise(1 << 20))],
    ),
    row(
        "a last fragment that is empty", [Frame(TEXT, HELLO, rsv=RSV1, fin=False), more(b"")], [said("Hello")]
    ),
    row(
        "a first fragment that is empty",
        [Frame(TEXT, b"", rsv=RSV1, fin=False), more(HELLO)],
        [said("Hello")],
    ),
    row(
        "a ping between compressed fragments",
        [Frame(TEXT, HELLO[:3], rsv=RSV1, fin=False), ping(b"p"), more(HELLO[3:])],
        [ponged(b"p"), said("Hello")],
    ),
    row("20,000 characters, bytewise", [deflated(PAGE)], [said(PAGE)], chop=1),
    row("fragments, bytewise", in_fragments(pack(PAGE), 9), [said(PAGE)], chop=1),
]
MIXED = [
    row("a plain message", [text("plain")], [said("plain")]),
    row("a plain message in fragments", [text("pl", fin=False), more("ain")], [said("plain")]),
    row(
        "compressed and plain in turn",
        [deflated(PAGE), text("a"), binary(NOISE)] * 3,
        [said(PAGE), said("a"), sent_back(NOISE)] * 3,
    ),
    row("the same compressed message 100 times", [deflated(PAGE)] * 100, [said(PAGE)] * 100),
]
WRONG = [
    row(
        "RSV1 on a continuation",
        [Frame(TEXT, HELLO[:3], rsv=RSV1, fin=False), more(HELLO[3:], rsv=RSV1)],
        [closed(1002)],
    ),
    row(
        "RSV1 on a continuation of a plain message",
        [text("x", fin=False), more("y", rsv=RSV1)],
        [closed(1002)],
    ),
    row("RSV1 on a continuation of nothing", [Frame(CONTINUATION, HELLO, rsv=RSV1)], [closed(1002)]),
    row("RSV1 on a ping", [Frame(PING, HELLO, rsv=RSV1)], [closed(1002)]),
    row("RSV2 beside RSV1", [Frame(TEXT, HELLO, rsv=RSV1 | 2)], [closed(1002)]),
    row("RSV1 without an agreement", [Frame(TEXT, HELLO, rsv=RSV1)], [closed(1002)], offer=""),
    row("bytes that are no deflate", [Frame(TEXT, b"\xff" * 20, rsv=RSV1)], [closed(1007)]),
    row("a message cut within a block", [Frame(TEXT, pack(PAGE)[:-20], rsv=RSV1)], [closed(1007)]),
    row(
        "a message with the tail that is to be left out",
        [Frame(TEXT, HELLO + SYNC_TAIL, rsv=RSV1)],
        [closed(1007)],
    ),
    row("half a stream after a last block", [Frame(TEXT, FINAL + HELLO[:3], rsv=RSV1)], [closed(1007)]),
    row("not UTF-8 when inflated", [deflated(b"right \xff wrong")], [closed(1007)]),
    row("ends within a character when inflated", [deflated(b"right \xce")], [closed(1007)]),
    row(
        "not UTF-8 when inflated, in a fragment that more follow",
        [Frame(TEXT, pack(b"right \xff wrong") + SYNC_TAIL, rsv=RSV1, fin=False)],
        [closed(1007)],
    ),
]
LARGEST = [
    row("16 MiB that repeat", [deflated(b"*" * (16 << 20))], [said(b"*" * (16 << 20))]),
    row("16 MiB that do not", [deflated(noise(16 << 20), opcode=BINARY)], [sent_back(noise(16 << 20))]),
]

SECTIONS = [
    Section("Compressed messages", WHOLE),
    Section("Ways to compress", MADE),
    Section("Compressed messages in fragments", IN_FRAGMENTS),
    Section("Compressed and plain messages", MIXED),
    Section("Compression gone wrong", WRONG),
]
SLOW_SECTIONS = [Section("The largest compressed message", LARGEST)]


@pytest.mark.parametrize("row", [row for section in SECTIONS for row in section.rows], ids=str)
def test_a_compressed_message_is_read_or_refused(live: LiveServer, row: Row) -> None:
    row.play(live.port)


@pytest.mark.slow
@pytest.mark.parametrize("row", LARGEST, ids=str)
def test_the_largest_compressed_message_comes_back(live: LiveServer, row: Row) -> None:
    row.play(live.port)
