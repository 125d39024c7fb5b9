"""The files behind pictures: uploads as they came, and what browsers get of them. Pillow is loaded by workers only."""

import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
SHOWN = (800, 1000)
LARGE = (1600, 2000)
QUALITY = 82
UPLOAD_KEPT_S = 24 * 3600


class UnusablePicture(Exception):
    """The file cannot be shown; the message says why to whoever sent it."""


@dataclass(frozen=True)
class Prepared:
    """`large` is there when the file was big enough for screens with twice the dots."""

    file: str
    large: str | None
    width: int
    height: int


def is_picture(head: bytes) -> bool:
    """By what the file begins with: names and declared types are whatever the sender says."""
    return (
        head.startswith(b"\xff\xd8\xff")
        or head.startswith(b"\x89PNG\r\n\x1a\n")
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
    )


def media_folder() -> Path:
    return Path(current_app.config["SETTINGS"].data_path) / "media"


def upload_folder() -> Path:
    """Apart from the media, since what came in has not been looked at and may hold where it was taken."""
    return Path(current_app.config["SETTINGS"].data_path) / "uploads"


def keep_upload(body: bytes) -> str:
    upload_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    name = secrets.token_hex(12)
    (upload_folder() / name).write_bytes(body)
    return name


def prepare_upload(name: str) -> Prepared:
    """Decode, turn upright, shrink and write anew, which leaves out every other thing the file held.

    Raises UnusablePicture. The names do not depend on the try, so that a job that runs twice leaves one picture.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(upload_folder() / name, formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise UnusablePicture("It has more than 40 megapixels. Make it smaller and upload it again.")
            image = ImageOps.exif_transpose(opened)
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    except FileNotFoundError:
        raise UnusablePicture("The upload was lost. Upload it again.") from None
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise UnusablePicture("It cannot be read as a JPEG, PNG or WebP picture. Export it again.") from None
    media_folder().mkdir(parents=True, exist_ok=True)
    large = None
    if image.width > SHOWN[0] or image.height > SHOWN[1]:
        large = f"{name}-large.webp"
        write(image, LARGE, large)
    width, height = write(image, SHOWN, f"{name}.webp")
    return Prepared(f"{name}.webp", large, width, height)


def write(image, size: tuple[int, int], file: str) -> tuple[int, int]:  # type: ignore[no-untyped-def]
    """Under another name first, so that nobody is sent half a file."""
    from PIL import Image

    small = image.copy()
    small.thumbnail(size, Image.Resampling.LANCZOS)
    draft = media_folder() / f".{file}"
    small.save(draft, "WEBP", quality=QUALITY, method=4)
    draft.replace(media_folder() / file)
    return small.width, small.height


def drop_upload(name: str) -> None:
    with suppress(OSError):
        (upload_folder() / name).unlink()


def drop_media(name: str | None) -> None:
    if name:
        with suppress(OSError):
            (media_folder() / name).unlink()


def prune_uploads() -> None:
    """Uploads whose picture was deleted, or never written down, before a worker came to them."""
    for path in upload_folder().glob("*"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - UPLOAD_KEPT_S:
                path.unlink()
