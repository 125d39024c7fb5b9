"""The exported file, and its way back through an import."""

import csv
import io
import re
from html import unescape

from app.inventory import exports
from tests.factories import make_product
from tests.inventory.holding import ADA, reserve
from tests.inventory.imports.importing import bring_in, on_hand
from tests.inventory.imports.uploading import EXPORT, IMPORT, imports, upload


def export(client, query=""):
    answer = client.get(EXPORT + query, buffered=True)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="stock-')
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_the_export_has_every_figure(mira):
    reserve(ADA, CUP=2)

    cup = {row["sku"]: row for row in export(mira)}["CUP"]

    assert cup == {
        "sku": "CUP", "product": "Cup", "variant": "Chalk", "location": "shelf", "on_hand": "10", "reserved": "2",
        "unavailable": "0", "available": "8", "threshold": "5", "expected_on": "", "version": "2",
    }  # fmt: skip


def test_the_export_follows_the_list(mira):
    assert [row["sku"] for row in export(mira, "?q=as")] == ["VASE"]
    assert [row["sku"] for row in export(mira, "?state=out")] == ["LAMP"]
    assert [row["sku"] for row in export(mira, "?state=low")] == ["VASE"]


def test_the_lists_link_to_the_export_carries_what_the_list_was_narrowed_to(mira):
    page = mira.get("/staff/inventory?q=as&state=low&location=shelf&sort=-sku&page=1").text

    [link] = re.findall(rf'href="{re.escape(EXPORT)}(\?[^"]*)"', page)
    assert [row["sku"] for row in export(mira, unescape(link))] == ["VASE"]
    assert set(unescape(link)[1:].split("&")) == {"q=as", "state=low", "location=shelf"}


def test_the_export_is_written_a_chunk_at_a_time(mira, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 1)

    assert [row["sku"] for row in export(mira)] == ["CUP", "LAMP", "VASE"]


def test_text_that_a_spreadsheet_would_run_is_guarded_and_figures_are_not(mira):
    make_product(sku="-12", name="=1+2")

    row = {row["sku"]: row for row in export(mira)}["'-12"]

    assert row["product"] == "'=1+2"


def test_an_export_can_be_edited_and_imported_again(mira):
    make_product(sku="-12", name="=1+2", stock=4)
    text = mira.get(EXPORT, buffered=True).text
    assert "Nothing" not in text

    unchanged = upload(mira, text.encode())
    [file] = imports()
    assert (file.total, file.equal, file.notes) == (4, 4, [])
    assert "there is nothing to apply" in mira.get(unchanged.location).text

    bring_in(text.replace("CUP,Cup,Chalk,shelf,10", "CUP,Cup,Chalk,shelf,17"))
    assert on_hand("CUP", "-12") == [17, 4]


def test_the_template_can_be_imported_as_it_comes(mira):
    answer = mira.get(f"{IMPORT}/template.csv")

    assert upload(mira, answer.data).status_code == 303
    assert imports()[0].equal == 1
