"""The kinds of files that messages may have, told apart by what is in them."""

import re
from dataclasses import dataclass

# What a browser might take for a page (MIME Sniffing Standard, 7.1), whatever its name says.
MARKUP = re.compile(
    rb"\s*<(!doctype|!--|\?|(html|head|body|title|script|style|svg|xml|iframe|table|img|font|div|br|a|b|p|h\d)\b)",
    re.IGNORECASE,
)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Kind:
    """A stored file gets the first of `extensions`; `declared` is what browsers call it, `begins` how its bytes do."""

    media_type: str
    extensions: tuple[str, ...]
    declared: tuple[str, ...]
    begins: tuple[bytes, ...]

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


JPEG = Kind(
    "image/jpeg",
    ("jpg", "jpeg", "jpe", "jfif"),
    ("image/jpeg", "image/jpg", "image/pjpeg"),
    (b"\xff\xd8\xff",),
)
PNG = Kind("image/png", ("png",), ("image/png", "image/x-png"), (b"\x89PNG\r\n\x1a\n",))
GIF = Kind("image/gif", ("gif",), ("image/gif",), (b"GIF87a", b"GIF89a"))
PDF = Kind("application/pdf", ("pdf",), ("application/pdf", "application/x-pdf"), (b"%PDF-",))
TEXT = Kind("text/plain", ("txt",), ("text/plain",), ())
KINDS = {kind.media_type: kind for kind in (JPEG, PNG, GIF, PDF, TEXT)}


def sniff(head: bytes) -> Kind | None:
    """By how a file begins; as text what may be text as far as that goes."""
    for kind in KINDS.values():
        if head.startswith(kind.begins):
            return kind
    is_other = b"\0" in head or MARKUP.match(head.removeprefix(BYTE_ORDER_MARK))
    return None if is_other else TEXT


def by_extension(extension: str) -> Kind | None:
    return next((kind for kind in KINDS.values() if extension in kind.extensions), None)
