"""What a PDF may not hold: programs, starts of other programs, and files inside the file."""

import re
import zlib
from collections.abc import Iterator

from app.chat.files.errors import Unusable

# A name may be written otherwise, as in `/J#61vaScript` (ISO 32000-1, 7.3.5).
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
NAME_ENDS = rb"(?=[\x00\t\n\f\r ()<>\[\]{}/%]|$)"
HARMFUL = [
    (re.compile(name + NAME_ENDS), said)
    for name, said in (
        (rb"/(JavaScript|JS)", "It holds a program"),
        (rb"/Launch", "It starts other programs"),
        (rb"/(EmbeddedFiles?|RichMedia)", "It holds other files"),
        (rb"/Encrypt", "It is locked, so it cannot be checked"),
    )
]
STREAM = re.compile(rb"\bstream\r?\n")
LONGEST_HEAD = 500
MOST_PACKED = 32 * 1024 * 1024
MOST_UNPACKED = 32 * 1024 * 1024
TOO_LARGE = "It is too large once unpacked. Print it to a new PDF and send that."


def check_pdf(body: bytes) -> None:
    """Raises Unusable."""
    check_names(body)
    left = MOST_UNPACKED
    for packed in packed_objects(body):
        try:
            objects = zlib.decompressobj().decompress(packed, left)
        except zlib.error:
            continue  # packed in some other way, which no program of today writes
        check_names(objects)
        left -= len(objects)
        if left <= 0:
            raise Unusable(TOO_LARGE)


def packed_objects(body: bytes) -> Iterator[bytes]:
    """The streams that hold objects, where names may hide (7.5.7), and what else begins like one."""
    left = MOST_PACKED
    for found in STREAM.finditer(body):
        head = unescape(body[max(0, found.start() - LONGEST_HEAD) : found.start()])
        if b"/ObjStm" not in head[head.rfind(b" obj") :]:
            continue
        end = body.find(b"endstream", found.end())
        left -= (end if end >= 0 else len(body)) - found.end()
        if left <= 0:
            raise Unusable(TOO_LARGE)
        yield body[found.end() : end]


def check_names(body: bytes) -> None:
    plain = unescape(body)
    for name, said in HARMFUL:
        if name.search(plain):
            raise Unusable(f"{said}. Print it to a new PDF and send that.")


def unescape(body: bytes) -> bytes:
    return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), body)
