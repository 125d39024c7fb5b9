"""Tables of text as spreadsheets save them."""

import pytest

from app.core.csv_files import UnreadableFile, guard, read_table, unguard, write_table

COLUMNS = ("sku", "name", "price")


def read(data: bytes):
    return [(row.line, row.cells) for row in read_table(data, COLUMNS, needed=("sku",))]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_usual_separator_and_encoding(mark, encoding):
    text = mark.join(["SKU", "Name", "other"]) + "\r\n" + mark.join(["A-1", "Größe", "x"]) + "\r\n"

    assert read(text.encode(encoding)) == [(2, {"sku": "A-1", "name": "Größe"})]


def test_rows_know_their_lines_though_cells_span_several():
    rows = read(b'sku,name\nA,"two\r\nlines"\n\n,,\nB\n')

    assert rows == [(2, {"sku": "A", "name": "two\nlines"}), (6, {"sku": "B", "name": ""})]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "name the columns"),
        (b"name\nx", "sku is not among them"),
        (b"sku,sku\nA,B", "there twice"),
        (b"sku\n", "no rows below"),
        (b'sku\n"A', "Line 2"),
        (b"sku\0\n", "not a text file"),
        (b"sku\nA\x81", "neither UTF-8"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(data, reason):
    with pytest.raises(UnreadableFile, match=reason):
        read(data)


@pytest.mark.parametrize(
    "text", ["=1+1", "+49", "-5", "@x", "\t=x", "\r=x", "\n=x", "'=x", "''=x", "'plain", "plain", ""]
)
def test_no_cell_is_taken_for_a_formula_and_each_comes_back_as_it_was(text):
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert unguard(guard(text)) == text


def test_what_is_written_is_read_back():
    cells = ["A;1", "=Größe, 'x'", '"quoted"\nline']

    assert read(write_table(COLUMNS, [cells]).encode()) == [(2, dict(zip(COLUMNS, cells, strict=True)))]
