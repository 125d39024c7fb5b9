"""Pictures made anew from their dots, which leaves out everything else a file can hold. Pillow is loaded by workers only."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from app.chat.files.errors import Unusable
from app.chat.files.kinds import GIF, JPEG, KINDS, PNG, Kind
from app.core import storage

MOST_PIXELS = 25_000_000
MOST_FRAMES = 100
# All frames of an animation together: what a worker makes anew in some seconds.
MOST_MOVING_PIXELS = 50_000_000
# A picture that comes into focus takes ten, and decoding each costs as much as the whole picture.
MOST_SCANS = 50
SCAN = b"\xff\xda"
THUMBNAIL = 480
OPTIONS: dict[Kind, dict[str, Any]] = {JPEG: {"quality": 88, "progressive": True}, PNG: {}, GIF: {}}
FORMATS = {JPEG: "JPEG", PNG: "PNG", GIF: "GIF"}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Remade:
    key: str
    thumbnail_key: str
    size: int
    width: int
    height: int


def remake(key: str, media_type: str) -> Remade:
    """Decode, turn upright, and write anew with a thumbnail. Raises Unusable for what cannot be decoded within our bounds.

    What it writes has the same names each time, so that a job that runs twice leaves one picture.
    """
    from PIL import Image

    kind = KINDS[media_type]
    made = storage.sibling(key, "made", kind.extensions[0])
    small = storage.sibling(key, "small", "webp")
    with refusing(), bounded(), storage.open_blob(key) as source:
        check_effort(source, kind)
        with Image.open(source, formats=[FORMATS[kind]]) as picture:
            first = make_plain(picture)
            width, height = first.size
            with storage.writing(made) as file:
                write(picture, first, kind, file)
            with storage.writing(small) as file:
                write_thumbnail(first, file)
    return Remade(made, small, storage.size(made), width, height)


@contextmanager
def refusing() -> Iterator[None]:
    """Decoders fail in every way there is; only a disk that fails is no fault of the picture."""
    try:
        yield
    except Unusable:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno:
            raise
        log.info("a picture could not be decoded: %r", error)
        raise Unusable(
            "It cannot be read as a picture. Save it again in another program and send that."
        ) from None


@contextmanager
def bounded() -> Iterator[None]:
    """Pillow's own guard looks at every size that a file gives itself while it is decoded."""
    from PIL import Image

    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, MOST_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unusable(
            f"It has more than {MOST_PIXELS // 1_000_000} megapixels. Make it smaller and send it again."
        ) from None
    finally:
        Image.MAX_IMAGE_PIXELS = before


def check_effort(source: BinaryIO, kind: Kind) -> None:
    """Before anything is decoded: whether the file is sound, and how much work it would be."""
    from PIL import Image

    if kind is JPEG and source.read().count(SCAN) > MOST_SCANS:
        raise Unusable("It is put together in too many layers. Save it again and send that.")
    source.seek(0)
    with Image.open(source, formats=[FORMATS[kind]]) as picture:
        frames = getattr(picture, "n_frames", 1) if kind is GIF else 1
        if frames > MOST_FRAMES:
            raise Unusable(f"Its animation has {frames} frames; send one with at most {MOST_FRAMES}.")
        if frames > 1 and frames * picture.width * picture.height > MOST_MOVING_PIXELS:
            raise Unusable("Its animation is too large. Make it smaller or shorter and send it again.")
    source.seek(0)
    with Image.open(source, formats=[FORMATS[kind]]) as picture:
        picture.verify()
    source.seek(0)


def make_plain(picture: Any) -> Any:
    """The dots of the present frame alone, upright, in eight bits a colour."""
    from PIL import ImageOps

    image = ImageOps.exif_transpose(picture)
    if image.mode.startswith("I"):  # sixteen bits of grey, which `convert` would cut off instead of scaling
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    image = in_mode(image, wanted_mode(image))
    image.info = {}
    return image


def wanted_mode(image: Any) -> str:
    if image.has_transparency_data:
        return "RGBA"
    return str(image.mode) if image.mode in ("1", "L", "P") else "RGB"


def in_mode(image: Any, mode: str) -> Any:
    """Without a copy where none is needed: a large picture takes a hundred megabytes."""
    return image if image.mode == mode else image.convert(mode)


def write(picture: Any, first: Any, kind: Kind, file: BinaryIO) -> None:
    options = dict(OPTIONS[kind])
    if kind is JPEG and first.mode != "L":
        first = in_mode(first, "RGB")
    if kind is GIF and picture.n_frames > 1:
        options |= animation(picture, first)
    first.save(file, FORMATS[kind], **options)


def animation(picture: Any, first: Any) -> dict[str, Any]:
    """All frames and their timing. Frames with holes each begin on an empty canvas."""
    count = picture.n_frames
    durations = []
    for number in range(count):
        picture.seek(number)
        durations.append(picture.info.get("duration", 0))
    loop = {"loop": picture.info["loop"]} if "loop" in picture.info else {}
    holes = {"disposal": 2} if first.mode == "RGBA" else {}
    frames = later_frames(picture, count)
    return {"save_all": True, "append_images": frames, "duration": durations, **loop, **holes}


def later_frames(picture: Any, count: int) -> Iterator[Any]:
    """One at a time, because all of them would fill the memory."""
    for number in range(1, count):
        picture.seek(number)
        yield make_plain(picture)


def write_thumbnail(first: Any, file: BinaryIO) -> None:
    """Shown at half its size, so that it is sharp on screens with twice the dots. Shrinks `first` itself."""
    small = in_mode(first, "RGBA" if first.mode == "RGBA" else "RGB")
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    small.save(file, "WEBP", quality=80)
