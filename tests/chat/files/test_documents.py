"""What a PDF may not hold, however it is written."""

import time
import zlib

import pytest

from app.chat.files import documents
from app.chat.files.documents import check_pdf
from app.chat.files.errors import Unusable
from tests.chat.files import samples


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("objects", "reason"),
    [
        (b"1 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj", "holds a program"),
        (b"1 0 obj<</S /JavaScript >>endobj", "holds a program"),
        (b"1 0 obj<</S/J#61vaScript>>endobj", "holds a program"),
        (b"1 0 obj<</#4a#53 2 0 R>>endobj", "holds a program"),
        (b"1 0 obj<</S/Launch/F(cmd.exe)>>endobj", "starts other programs"),
        (b"1 0 obj<</Names<</EmbeddedFiles 3 0 R>>>>endobj", "holds other files"),
        (b"1 0 obj<</Type/EmbeddedFile>>stream\n", "holds other files"),
        (b"1 0 obj<</Encrypt 5 0 R>>endobj", "locked"),
    ],
)
def test_programs_launches_and_files_inside_are_found(objects, reason, packed):
    with pytest.raises(Unusable, match=f"{reason}.* Print it to a new PDF"):
        check_pdf(samples.pdf_with(objects, packed=packed))


def test_a_packed_name_is_found_though_the_packing_is_named_otherwise():
    body = samples.pdf_with(b"1 0 obj<</S/Launch>>endobj", packed=True)

    with pytest.raises(Unusable):
        check_pdf(body.replace(b"/ObjStm", b"/Obj#53tm"))


@pytest.mark.parametrize(
    "objects",
    [
        b"1 0 obj<</Type/Catalog/Launcher 1/JSON 2/EmbeddedFileSize 3>>endobj",
        b"1 0 obj(Launch and JavaScript)endobj",
        b"2 0 obj<</Length 9>>stream\n" + zlib.compress(b"/JavaScript ") + b"\nendstream endobj",
    ],
)
def test_what_only_looks_like_it_is_let_through(objects):
    check_pdf(samples.pdf_with(objects))


def test_packed_objects_that_grow_without_end_are_refused(monkeypatch):
    monkeypatch.setattr(documents, "MOST_UNPACKED", 1_000_000)

    with pytest.raises(Unusable, match="too large once unpacked"):
        check_pdf(samples.pdf_with(b" " * 2_000_000, packed=True))


@pytest.mark.parametrize(
    "piece", [b"stream\n", b"#4", b"/JavaScrip", b"/ObjStm stream\nendstream ", b"<< >> obj "]
)
def test_a_hostile_document_costs_little_time(piece):
    begun = time.process_time()

    check_pdf(b"%PDF-1.4\n" + piece * (1_000_000 // len(piece)))

    assert time.process_time() - begun < 3
