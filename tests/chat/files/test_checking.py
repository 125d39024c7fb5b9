"""Which files are taken: what name, browser and bytes say must be the same."""

import pytest

from app.chat.files.checking import Reading, check_offer, clean_name
from app.chat.files.errors import FileTooLarge, UnsupportedFile
from app.chat.files.kinds import KINDS
from app.checks import FILE_TYPES
from app.core.errors import Invalid
from tests.chat.files import samples
from tests.chat.files.sending import offer

pytestmark = pytest.mark.usefixtures("app")


def check(body, name, declared=None):
    """What is found when the whole file is read as well."""
    file = offer(body, name, declared)
    reading = Reading(check_offer(file))
    reading.add(reading.offered.head)
    while piece := file.stream.read(1000):
        reading.add(piece)
    reading.finish()
    return reading


def test_the_setting_and_the_checks_know_the_same_types():
    assert tuple(KINDS) == FILE_TYPES


@pytest.mark.parametrize(
    ("body", "name", "media_type"),
    [
        (samples.image("JPEG"), "vase.jpg", "image/jpeg"),
        (samples.image("JPEG"), "VASE.JPEG", "image/jpeg"),
        (samples.image("PNG"), "vase.png", "image/png"),
        (samples.image("GIF"), "vase.gif", "image/gif"),
        (samples.PDF, "invoice.pdf", "application/pdf"),
        (samples.TEXT, "notes.txt", "text/plain"),
        (b"\xef\xbb\xbf" + samples.TEXT * 100, "notes.txt", "text/plain"),
        (b"< 5 kg\n", "notes.txt", "text/plain"),
    ],
)
def test_files_that_are_what_they_say_are_taken(body, name, media_type):
    reading = check(body, name)

    assert reading.offered.kind.media_type == media_type
    assert reading.size == len(body)


def test_what_the_browser_says_of_letters_does_not_matter():
    assert check(samples.TEXT, "notes.txt", "text/plain; charset=iso-8859-1").size


@pytest.mark.parametrize(
    ("body", "name", "declared"),
    [
        (samples.HTML, "vase.jpg", None),
        (samples.SVG, "vase.jpg", None),
        (samples.PHP, "vase.jpg", None),
        (samples.archive(), "vase.jpg", None),
        (samples.image("PNG"), "vase.jpg", None),
        (samples.image("JPEG"), "vase.jpg", "image/png"),
        (samples.image("JPEG"), "vase.jpg", "application/octet-stream"),
        (samples.image("JPEG"), "vase.jpg", "text/html"),
        (samples.image("JPEG"), "vase", None),
        (samples.image("JPEG"), "vase.php", "image/jpeg"),
        (samples.image("JPEG"), "vase.jpg.exe", "image/jpeg"),
        (samples.image("JPEG"), "vase\u202egpj.exe", "image/jpeg"),
        (samples.image("WEBP"), "vase.webp", "image/webp"),
        (samples.SVG, "vase.svg", None),
        (samples.SVG, "vase.txt", None),
        (b" \n\t" + samples.HTML, "vase.txt", None),
        (b"\xef\xbb\xbf" + samples.HTML, "vase.txt", None),
        (b"<SCRIPT>x</SCRIPT>", "vase.txt", None),
        (b"<?xml version='1.0'?>", "vase.txt", None),
        (samples.TEXT + b"\0", "vase.txt", None),
        (samples.TEXT * 100 + b"\0", "vase.txt", None),
        ("Grüße".encode("latin-1"), "vase.txt", None),
        (samples.TEXT * 100 + b"\xc3", "vase.txt", None),
        ("Grüße".encode("utf-16"), "vase.txt", None),
        (samples.PDF.partition(b"%%EOF")[0], "vase.pdf", None),
        (samples.PDF + b"x" * 2000, "vase.pdf", None),
        (b"\n" + samples.PDF, "vase.pdf", None),
        (samples.PDF, "vase.txt", None),
    ],
)
def test_files_that_are_something_else_are_refused_with_what_is_taken(body, name, declared):
    with pytest.raises(UnsupportedFile, match=r"\.jpg, \.png, \.gif, \.pdf, \.txt\.$") as refused:
        check(body, name, declared)
    assert refused.value.facts["allowed"] == list(FILE_TYPES)


def test_a_shop_may_take_fewer_kinds(make_app):
    with make_app(CHAT_ALLOWED_FILE_TYPES="image/png,application/pdf").app_context():
        assert check(samples.PDF, "invoice.pdf").size
        with pytest.raises(UnsupportedFile, match=r"one that ends in \.png, \.pdf\.$"):
            check(samples.TEXT, "notes.txt")


def test_an_empty_file_and_none_at_all_are_told_apart():
    with pytest.raises(Invalid, match="“vase.jpg” is empty"):
        check(b"", "vase.jpg")
    with pytest.raises(Invalid, match="Choose a file first"):
        check(b"", "")


def test_the_largest_size_is_taken_and_one_byte_more_is_not():
    most = 5 * 1024 * 1024

    assert check(b"x" * most, "notes.txt").size == most
    with pytest.raises(FileTooLarge, match="^The file is larger than 5 MiB$") as refused:
        check(b"x" * (most + 1), "notes.txt")
    assert refused.value.facts == {"most": most}


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("vase.jpg", "vase.jpg"),
        ("../../x.png", "x.png"),
        ("..\\..\\x.png", "x.png"),
        ("C:\\fakepath\\My vase.PNG", "My vase.PNG"),
        ("/etc/passwd", "passwd"),
        ("a/", "file"),
        ("", "file"),
        ("...", "file"),
        (".jpg", "jpg"),
        ("cafe\u0301\u0000\r\n vase\t.jpg ", "café vase .jpg"),
        ("vase\u202egnp.jpg", "vasegnp.jpg"),
        ("תמונה.jpg", "תמונה.jpg"),
        ("<img src=x>.png", "<img src=x>.png"),
        ("4111 1111 1111 1111.txt", "•••• •••• •••• 1111.txt"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
        ("x" * 300, "x" * 120),
        ("🏺" * 300 + ".png", "🏺" * 116 + ".png"),
        ("x." + "y" * 300, "x." + "y" * 118),
    ],
)
def test_a_name_keeps_its_last_part_and_its_ending(name, clean):
    assert clean_name(name) == clean
