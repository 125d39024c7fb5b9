"""Text is UTF-8, and what is not is refused at its first wrong byte (RFC 6455, 8.1)."""

from itertools import product

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
from tests.realtime.live.wire import Frame

EDGES = (
    *(0x00, 0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xCFFF, 0xD000, 0xD7FF, 0xE000, 0xFFFD, 0xFFFE, 0xFFFF),
    *(0x10000, 0x1FFFE, 0x1FFFF, 0x3FFFF, 0x40000, 0xFFFFF, 0x100000, 0x10FFFE, 0x10FFFF),
)
SAMPLES = ("Hello-µ@ßöäüàá-UTF-8!!", "κόσμε", "日本語テキスト", "👩‍🚀🏺", "\ufeffmark")
WRONG = {
    "a continuation byte alone": b"\x80",
    "the last continuation byte alone": b"\xbf",
    "six continuation bytes": b"\x80\xbf\x80\xbf\x80\xbf",
    "FE": b"\xfe",
    "FF": b"\xff",
    "C0, which starts nothing": b"\xc0\x80",
    "C1, which starts nothing": b"\xc1\xbf",
    "F5, which starts nothing": b"\xf5\x80\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "six bytes": b"\xfc\x84\x80\x80\x80\x80",
    "two bytes, the second missing": b"\xc3(",
    "three bytes, the second missing": b"\xe2(\xa1",
    "three bytes, the third missing": b"\xe2\x82(",
    "four bytes, the second missing": b"\xf0(\x8c\xbc",
    "four bytes, the third missing": b"\xf0\x90(\xbc",
    "four bytes, the fourth missing": b"\xf0\x9f\x8c(",
    "a slash in two bytes": b"\xc0\xaf",
    "a slash in three bytes": b"\xe0\x80\xaf",
    "a slash in four bytes": b"\xf0\x80\x80\xaf",
    "U+007F in two bytes": b"\xc1\xbf",
    "U+07FF in three bytes": b"\xe0\x9f\xbf",
    "U+FFFF in four bytes": b"\xf0\x8f\xbf\xbf",
    "U+D800, a surrogate": b"\xed\xa0\x80",
    "U+DB7F, a surrogate": b"\xed\xad\xbf",
    "U+DC00, a surrogate": b"\xed\xb0\x80",
    "U+DFFF, a surrogate": b"\xed\xbf\xbf",
    "a pair of surrogates": b"\xed\xa0\x80\xed\xb0\x80",
    "U+110000": b"\xf4\x90\x80\x80",
    "U+13FFFF": b"\xf4\xbf\xbf\xbf",
    "the classic": b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
}
UNFINISHED = (b"\xc3", b"\xe2", b"\xe2\x82", b"\xf0", b"\xf0\x9f", b"\xf0\x9f\x8f", b"ok \xce")
HEADER_BYTES = 6


def is_hopeless(start: bytes) -> bool:
    """Whether no further bytes could make a text of it."""
    tails = (
        bytes(tail) for length in range(4) for tail in product(b"\x80\x8f\x90\x9f\xa0\xbf", repeat=length)
    )
    return not any(is_text(start + tail) for tail in tails)


def is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def find_first_wrong(data: bytes) -> int:
    """How many bytes are needed to know."""
    return next(length for length in range(1, len(data) + 1) if is_hopeless(data[:length]))


def bytewise(data: bytes) -> list[Frame]:
    pieces = [data[at : at + 1] for at in range(len(data))]
    return [text(pieces[0], fin=False), *(more(piece, fin=False) for piece in pieces[1:]), more(b"")]


RIGHT = [
    *(Row(f"U+{point:04X}", [text(chr(point))], [said(chr(point))]) for point in EDGES),
    *(Row(f"“{sample.strip(chr(0xFEFF))}”", [text(sample)], [said(sample)]) for sample in SAMPLES),
]
IN_PIECES = [
    *(
        Row(f"U+{point:04X}, a byte a fragment", bytewise(chr(point).encode()), [said(chr(point))])
        for point in EDGES
        if point > 0x7F
    ),
    *(
        Row(f"sample {number}, a byte a write", [text(sample)], [said(sample)], chop=1)
        for number, sample in enumerate(SAMPLES, 1)
    ),
    Row(
        "a ping within a character",
        [text(b"\xf0\x9f", fin=False), ping(b"p"), more(b"\x8f\xba")],
        [ponged(b"p"), said("🏺")],
    ),
    Row(
        "1 MiB of four-byte characters, cut anywhere",
        [text("🏺" * (1 << 18))],
        [said("🏺" * (1 << 18))],
        chop=4099,
    ),
]
REFUSED = [
    *(Row(name, [text(wrong)], [closed(1007)]) for name, wrong in WRONG.items()),
    *(Row(f"ends with {end.hex(' ')}", [text(end)], [closed(1007)]) for end in UNFINISHED),
    *(
        Row(f"last fragment ends with {end.hex(' ')}", [text("ok", fin=False), more(end)], [closed(1007)])
        for end in UNFINISHED
    ),
    Row("not text, and no text frame", [binary(b"\xff\xfe\xc0")], [sent_back(b"\xff\xfe\xc0")]),
]
AT_ONCE = [
    *(
        Row(
            f"{name}, at its first wrong byte",
            [text(wrong + b" and more", cut=HEADER_BYTES + find_first_wrong(wrong))],
            [closed(1007)],
        )
        for name, wrong in WRONG.items()
    ),
    *(
        Row(
            f"{name}, in a fragment that more follow",
            [text("ok", fin=False), more(wrong, fin=False)],
            [closed(1007)],
        )
        for name, wrong in WRONG.items()
        if wrong[0] >= 0xE0
    ),
    Row(
        "a wrong byte after a fragment that ended within a character",
        [text(b"\xe2\x82", fin=False), more(b"(", cut=7)],
        [closed(1007)],
    ),
    Row("a wrong byte, written alone", [text(b"right \xff and more", cut=13)], [closed(1007)], chop=1),
]

SECTIONS = [
    Section("UTF-8", RIGHT),
    Section("UTF-8 in pieces", IN_PIECES),
    Section("Not UTF-8", REFUSED),
    Section("Not UTF-8, refused before the rest is sent", AT_ONCE),
]


@pytest.mark.parametrize("row", [row for section in SECTIONS for row in section.rows], ids=str)
def test_a_text_is_read_or_refused(live: LiveServer, row: Row) -> None:
    row.play(live.port)
