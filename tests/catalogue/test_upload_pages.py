"""Files sent to the staff's pages: pictures, and tables of products."""

import io
import re

import pytest

from app.catalogue import pictures
from tests.catalogue.editor import fresh, make_draft, picture, post
from tests.factories import make_category


def test_a_picture_is_uploaded_described_moved_and_deleted(staff):
    product = make_draft("JUG")
    path = f"/products/{product.id}/pictures"

    def send(body, **fields):
        file = (io.BytesIO(body), "x.png")
        return post(
            staff, path, **{"picture-file": file, "picture-alt": "A jug", "picture-glaze": "", **fields}
        )

    assert send(picture(), **{"picture-key": "1"}).status_code == 303
    assert "Being prepared" in staff.get(f"/staff/catalogue{path}").text
    made = fresh(product.id).pictures[0]
    pictures.prepare_picture(made.id)
    assert "Being prepared" not in staff.get(f"/staff/catalogue{path}").text
    assert send(picture(), **{"picture-key": "2", "picture-alt": "Its back"}).status_code == 303
    other = fresh(product.id).pictures[1]
    post(staff, f"/pictures/{other.id}/move", value="up", key="3")
    post(staff, f"/pictures/{made.id}", **{"edit-alt": "Its front", "edit-glaze": "Cobalt", "edit-key": "4"})
    assert [(each.alt, each.glaze) for each in fresh(product.id).pictures] == [
        ("Its back", None),
        ("Its front", "Cobalt"),
    ]
    post(staff, f"/pictures/{other.id}/delete", value="", key="5")
    assert len(fresh(product.id).pictures) == 1


@pytest.mark.parametrize(
    ("body", "alt", "said"),
    [
        (b"", "A jug", "Choose a picture"),
        (b"GIF89a", "A jug", "JPEG, PNG or WebP"),
        (b"\xff\xd8\xff" + bytes(2000), "A jug", "larger than 8 MB"),
        (picture(), "", "Say what it shows"),
    ],
)
def test_an_upload_that_cannot_be_taken_says_why_at_its_field(staff, monkeypatch, body, alt, said):
    monkeypatch.setattr(pictures, "MOST_BYTES", 1999)
    product = make_draft("JUG")

    answer = post(
        staff,
        f"/products/{product.id}/pictures",
        **{
            "picture-file": (io.BytesIO(body), "x.png"),
            "picture-alt": alt,
            "picture-glaze": "",
            "picture-key": "1",
        },
    )

    assert answer.status_code == 422
    assert said in answer.text


def test_a_file_is_looked_at_and_then_applied(staff, app):
    make_category()
    table = "product;name;category;sku;glaze;glaze_hex;price\njug;Jug;tableware;JUG;Ash;#dddddd;24,00\n"
    answer = post(staff, "/import", file=(io.BytesIO(table.encode()), "new.csv"), key="1")
    page = staff.get(answer.headers["Location"])

    assert "2 changes to look at" in page.text
    path = answer.headers["Location"].removeprefix("/staff/catalogue")
    mark = re.search(r'name="fingerprint" value="(\w+)"', page.text).group(1)
    assert post(staff, path, fingerprint="other", key="2").status_code == 409
    assert post(staff, path, fingerprint=mark, key="3").status_code == 303
    assert "Applying: 0 of 1" in staff.get(f"/staff/catalogue{path}").text


@pytest.mark.parametrize("body", [b"", b"name\nJug", b"\0\0"])
def test_a_file_that_cannot_be_read_says_why(staff, body):
    answer = post(staff, "/import", file=(io.BytesIO(body), "new.csv"), key="1")

    assert answer.status_code == 422
    assert "file-error" in answer.text
