"""Whether a file may come in: its name, what the browser calls it and what is in it must say the same."""

import codecs
import hashlib
import re
from dataclasses import dataclass

from flask import current_app
from werkzeug.datastructures import FileStorage

from app.chat import text
from app.chat.card_numbers import mask_cards
from app.chat.files.errors import FilesOff, FileTooLarge, UnsupportedFile, wrong_file
from app.chat.files.kinds import KINDS, PDF, TEXT, Kind, by_extension, sniff

HEAD = 1024
LONGEST_NAME = 120
LONGEST_EXTENSION = 10
SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Offered:
    """A file that may come in as far as its head tells."""

    name: str
    kind: Kind
    head: bytes


def check_enabled() -> None:
    if not current_app.config["SETTINGS"].CHAT_ENABLE_FILE_SHARING:
        raise FilesOff()


def check_offer(file: FileStorage) -> Offered:
    """Raises UnsupportedFile, or Invalid for an empty file or none."""
    name = clean_name(file.filename or "")
    head = file.stream.read(HEAD)
    if not file.filename:
        raise wrong_file("Choose a file first")
    if not head:
        raise wrong_file(f"“{name}” is empty")
    kind = by_extension(extension_of(name))
    if kind is None or kind.media_type not in allowed_types():
        raise unsupported("Files like “{name}” are not taken", name)
    if file.mimetype not in kind.declared or sniff(head) is not kind:
        raise unsupported("“{name}” is not what its name says", name)
    return Offered(name, kind, head)


def allowed_types() -> tuple[str, ...]:
    types: tuple[str, ...] = current_app.config["SETTINGS"].CHAT_ALLOWED_FILE_TYPES
    return types


def most_bytes() -> int:
    most: int = current_app.config["SETTINGS"].CHAT_MAX_FILE_SIZE
    return most


def too_large() -> FileTooLarge:
    most = most_bytes()
    return FileTooLarge(f"The file is larger than {most / 1024**2:.3g} MiB", most=most)


def unsupported(said: str, name: str) -> UnsupportedFile:
    endings = [f".{KINDS[each].extensions[0]}" for each in allowed_types()]
    return UnsupportedFile(
        f"{said.format(name=name)}. Send one that ends in {', '.join(endings)}.",
        allowed=list(allowed_types()),
    )


def clean_name(name: str) -> str:
    """The last part of a path, safe to show and to save under, its ending kept."""
    name = text.normalise(name.replace("\\", "/").rpartition("/")[2])
    name = mask_cards(SPACES.sub(" ", name)).strip(" .") or "file"
    extension = extension_of(name)
    if len(name) > LONGEST_NAME and extension:
        return f"{name[: LONGEST_NAME - len(extension) - 1].rstrip(' .')}.{extension}"
    return name[:LONGEST_NAME]


def extension_of(name: str) -> str:
    extension = name.rpartition(".")[2] if "." in name else ""
    return extension.lower() if len(extension) <= LONGEST_EXTENSION else ""


class Reading:
    """What is learnt of a file while it is written down, piece by piece."""

    def __init__(self, offered: Offered):
        self.offered, self.most = offered, most_bytes()
        self.size = 0
        self.hash = hashlib.sha256()
        self.tail = b""
        self.decoder = codecs.getincrementaldecoder("utf-8")() if offered.kind is TEXT else None

    def add(self, piece: bytes) -> None:
        """Raises FileTooLarge and UnsupportedFile."""
        self.size += len(piece)
        if self.size > self.most:
            raise too_large()
        self.hash.update(piece)
        self.tail = (self.tail + piece)[-HEAD:]
        self.check_letters(piece)

    def check_letters(self, piece: bytes, *, is_last: bool = False) -> None:
        try:
            letters = self.decoder.decode(piece, is_last) if self.decoder else ""
        except UnicodeDecodeError:
            raise unsupported("“{name}” is not text in UTF-8", self.offered.name) from None
        if "\0" in letters:
            raise unsupported("“{name}” is not a text", self.offered.name)

    def finish(self) -> None:
        """Raises UnsupportedFile for a text that ends within a letter and for a PDF without its end."""
        self.check_letters(b"", is_last=True)
        if self.offered.kind is PDF and b"%%EOF" not in self.tail:
            raise unsupported("“{name}” is not whole", self.offered.name)
