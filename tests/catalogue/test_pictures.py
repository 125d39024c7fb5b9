"""Pictures: what is taken, what a worker makes of it, and what is left when one is deleted."""

import pytest
from PIL import Image

from app.catalogue import browsing, picture_files, pictures
from app.catalogue.errors import Refused
from app.core.errors import Invalid
from app.storefront import product as page
from app.storefront.cards import make_cards
from tests.catalogue.editor import MIRA, make_draft, picture
from tests.factories import make_product


def upload(product, body, alt="A jug", glaze=None):
    return pictures.add_picture(product.id, pictures.keep_upload(body), alt, glaze, MIRA)


def files(app, folder):
    return sorted(path.name for path in (app.config["SETTINGS"].data_path / folder).glob("*"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_upload_becomes_two_sizes_and_leaves_nothing_else(any_app, kind):
    product = make_draft("JUG")

    added = upload(product, picture(kind, (2400, 3000)))
    assert (added.state, files(any_app, "media")) == ("preparing", [])
    pictures.prepare_picture(added.id)

    made = browsing.get_product(product.id).pictures[0]
    assert (made.state, made.width, made.height) == ("ready", 800, 1000)
    with Image.open(picture_files.media_folder() / made.large) as large:
        assert (large.format, large.size) == ("WEBP", (1600, 2000))
    assert files(any_app, "uploads") == []


def test_where_it_was_taken_is_removed_and_it_stands_upright(app):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    product = make_draft("JUG")

    added = upload(product, picture("JPEG", (600, 400), exif))
    pictures.prepare_picture(added.id)

    made = browsing.get_product(product.id).pictures[0]
    with Image.open(picture_files.media_folder() / made.file) as shown:
        assert shown.size == (400, 600)
        assert not dict(shown.getexif())
    assert made.large is None, "nothing is gained by enlarging"


@pytest.mark.parametrize(
    "body", [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"RIFF....WAVE", b"%PDF-1.4"]
)
def test_what_is_no_picture_is_refused_at_once(app, body):
    with pytest.raises(Invalid, match="JPEG, PNG or WebP"):
        pictures.keep_upload(body)
    assert files(app, "uploads") == []


def test_a_file_that_is_too_large_is_refused_at_once(app):
    with pytest.raises(Invalid, match="8 MB"):
        pictures.keep_upload(picture()[:16] + bytes(picture_files.MOST_BYTES))


@pytest.mark.parametrize(
    "body", [picture("PNG")[:200], picture("JPEG")[:60], b"\x89PNG\r\n\x1a\n" + b"x" * 99]
)
def test_a_picture_that_cannot_be_decoded_says_so(app, body):
    product = make_draft("JUG")
    added = upload(product, body)

    pictures.prepare_picture(added.id)

    failed = browsing.get_product(product.id).pictures[0]
    assert failed.state == "failed"
    assert "Export it again" in failed.problem
    assert files(app, "media") == files(app, "uploads") == []


def test_a_picture_of_too_many_dots_is_not_decoded(app, monkeypatch):
    monkeypatch.setattr(picture_files, "MOST_PIXELS", 1000)
    product = make_draft("JUG")
    added = upload(product, picture())

    pictures.prepare_picture(added.id)

    assert "40 megapixels" in browsing.get_product(product.id).pictures[0].problem


def test_a_job_that_runs_twice_or_too_late_does_nothing(app):
    product = make_draft("JUG")
    added = upload(product, picture())
    pictures.prepare_picture(added.id)
    before = files(app, "media")

    pictures.prepare_picture(added.id)
    pictures.prepare_picture(999)

    assert files(app, "media") == before


def test_shoppers_see_only_what_is_ready(app):
    product = make_product(slug="cup")
    added = upload(product, picture(size=(1000, 1250)), "A cup in cobalt")
    assert len(page.show("cup", None).product.pictures) == 1

    pictures.prepare_picture(added.id)
    pictures.move_picture(added.id, "up", MIRA)

    assert [each.alt for each in page.show("cup", None).product.pictures] == ["A cup in cobalt", "A cup"]
    assert make_cards([product.id])[0].picture.alt == "A cup in cobalt"


def test_a_deleted_picture_leaves_no_file(any_app):
    product = make_draft("JUG")
    added = upload(product, picture(size=(1000, 1250)))
    waiting = upload(product, picture())
    pictures.prepare_picture(added.id)
    assert len(files(any_app, "media")) == 2

    pictures.delete_picture(added.id, MIRA)
    pictures.delete_picture(waiting.id, MIRA)

    assert files(any_app, "media") == files(any_app, "uploads") == []
    assert browsing.get_product(product.id).pictures == []


def test_a_product_has_a_dozen_pictures_at_most(app):
    product = make_draft("JUG")
    for _ in range(pictures.MOST_PICTURES):
        upload(product, picture(size=(4, 5)))

    with pytest.raises(Refused, match="12"):
        upload(product, picture())


def test_uploads_that_nobody_came_for_are_cleared_away(app, monkeypatch):
    pictures.keep_upload(picture())
    picture_files.prune_uploads()
    assert len(files(app, "uploads")) == 1

    monkeypatch.setattr(picture_files, "UPLOAD_KEPT_S", -1)
    picture_files.prune_uploads()

    assert files(app, "uploads") == []
