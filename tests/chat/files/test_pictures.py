"""Pictures made anew: what is left of them, and what is never decoded."""

import io
import time
import zlib

import pytest
from PIL import Image

from app.chat.files import pictures
from app.chat.files.errors import Unusable
from app.core import storage
from tests.chat.files import samples
from tests.chat.files.sending import all_blobs, stored

pytestmark = pytest.mark.usefixtures("app")


def remake(body, kind="jpeg"):
    key = storage.new_key(kind)
    with storage.writing(key) as file:
        file.write(body)
    return pictures.remake(key, f"image/{kind}")


def opened(key):
    return Image.open(io.BytesIO(stored(key)))


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif"])
def test_a_picture_stays_what_it_is_and_gets_a_thumbnail(kind):
    made = remake(samples.image(kind.upper(), (1200, 800)), kind)

    assert (opened(made.key).format, opened(made.key).size) == (kind.upper(), (1200, 800))
    assert (opened(made.thumbnail_key).format, opened(made.thumbnail_key).size) == ("WEBP", (480, 320))
    assert (made.width, made.height, made.size) == (1200, 800, len(stored(made.key)))


def test_nothing_tells_where_and_by_whom_a_picture_was_taken():
    body = samples.image_with_place()
    assert b"Secret Camera" in body and Image.open(io.BytesIO(body)).getexif().get_ifd(0x8825)

    made = remake(body)

    for key in (made.key, made.thumbnail_key):
        assert not opened(key).getexif()
        assert b"Secret" not in stored(key) and b"Exif" not in stored(key)
    assert opened(made.key).size == (400, 600), "it stands upright"


@pytest.mark.parametrize(
    "hidden",
    [samples.HTML, samples.PHP, samples.SVG, samples.archive()],
    ids=["page", "program", "drawing", "archive"],
)
@pytest.mark.parametrize("kind", ["jpeg", "png", "gif"])
def test_what_was_hidden_in_or_behind_a_picture_is_gone(kind, hidden):
    options = {} if kind == "png" else {"comment": hidden[:200]}

    made = remake(samples.image(kind.upper(), **options) + hidden, kind)

    assert hidden[:20] not in stored(made.key)
    assert b"PK\x03\x04" not in stored(made.key)


def test_an_animation_keeps_its_frames_and_their_time():
    made = remake(samples.animation(100, duration=[20, 40] * 50, loop=3), "gif")

    moving = opened(made.key)
    assert (moving.n_frames, moving.info["loop"], moving.info["duration"]) == (100, 3, 20)
    moving.seek(51)
    assert moving.info["duration"] == 40
    red, green, _ = moving.convert("RGB").getpixel((3, 3))
    assert abs(red - 102) < 3 and abs(green - 51) < 3


def test_holes_stay_holes():
    body = io.BytesIO()
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(body, "PNG")

    made = remake(body.getvalue(), "png")

    assert opened(made.key).getpixel((3, 3))[3] == 0
    assert opened(made.thumbnail_key).convert("RGBA").getpixel((3, 3))[3] == 0


def test_sixteen_bits_of_grey_stay_as_light_as_they_were():
    body = io.BytesIO()
    Image.new("I;16", (20, 20), 0x8000).save(body, "PNG")

    made = remake(body.getvalue(), "png")

    assert opened(made.key).getpixel((3, 3)) == 0x80


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (samples.png_bomb(30_000, 30_000), "png", "more than 25 megapixels"),
        (samples.png_bomb(5_000, 5_001), "png", "more than 25 megapixels"),
        (samples.many_frames(101), "gif", "101 frames; send one with at most 100"),
        (samples.many_frames(50_000), "gif", "50000 frames"),
        (samples.many_frames(12, (2400, 2000)), "gif", "too large"),
        (b"\xff\xd8\xff" + b"\xff\xda" * 1000, "jpeg", "too many layers"),
        (samples.image("JPEG")[:500], "jpeg", "cannot be read"),
        (samples.image("PNG")[:-40], "png", "cannot be read"),
        (samples.image("PNG").replace(b"IDAT", b"IDAX"), "png", "cannot be read"),
        (b"GIF89a" + samples.PHP, "gif", "cannot be read"),
        (b"\xff\xd8\xff\xe0" + samples.HTML, "jpeg", "cannot be read"),
        (samples.image("PNG"), "jpeg", "cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_decoded_within_bounds_is_refused_soon(body, kind, reason):
    begun = time.process_time()

    with pytest.raises(Unusable, match=reason):
        remake(body, kind)

    assert time.process_time() - begun < 5
    assert len(all_blobs()) == 1, "only what was sent"


def test_a_text_in_a_picture_that_unpacks_to_megabytes_is_not_unpacked():
    text = samples.chunk(b"zTXt", b"note\0\0" + zlib.compress(b"x" * 5_000_000))
    body = samples.image("PNG")

    with pytest.raises(Unusable, match="cannot be read"):
        remake(body[:33] + text + body[33:], "png")


def test_the_largest_picture_is_made_anew():
    made = remake(samples.png_bomb(5_000, 5_000), "png")

    assert (made.width, made.height) == (5_000, 5_000)


def test_a_disk_that_is_full_is_not_the_fault_of_the_picture(monkeypatch):
    def fail(key):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "writing", lambda key: fail(key))
    key = storage.new_key("png")
    path = storage.path_of(key)
    path.parent.mkdir(parents=True)
    path.write_bytes(samples.image("PNG"))

    with pytest.raises(OSError, match="No space"):
        pictures.remake(key, "image/png")


def test_made_again_it_has_the_same_names():
    body = samples.image("PNG")
    made = remake(body, "png")
    before = all_blobs()

    assert pictures.remake(f"{made.key[:32]}.png", "image/png") == made
    assert all_blobs() == before
