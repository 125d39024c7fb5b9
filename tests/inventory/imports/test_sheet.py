"""Reading what a spreadsheet saved or pasted, and saying what is wrong with it."""

import pytest

from app.core.csv_files import UnreadableFile, guard, unguard
from app.inventory.imports.sheet import LARGEST_BYTES, MOST_ROWS, read_sheet

ROWS = "sku,on_hand,reason\nCUP,12,Für später\n"


def cells(data):
    return [row.cells for row in read_sheet(data).rows]


@pytest.mark.parametrize(
    "data",
    [
        ROWS.encode(),
        b"\xef\xbb\xbf" + ROWS.encode(),
        ROWS.encode("cp1252"),
        ROWS.encode("utf-16"),
        ROWS.replace(",", ";").encode(),
        ROWS.replace(",", "\t").encode(),
        ROWS.replace("\n", "\r\n").encode(),
        ROWS.replace("\n", "\r").encode(),
        ("\r\n\r\n" + ROWS).encode(),
        ROWS.replace("sku,on_hand", "SKU, On Hand").encode(),
        ROWS.replace("on_hand", "ON-HAND").encode(),
        ROWS.replace("CUP", '"CUP"').encode(),
        ROWS.replace("Für später", '"Für später"').encode(),
        (ROWS + "\n,,\n").encode(),
    ],
    ids=[
        "UTF-8", "BOM", "Windows-1252", "UTF-16", "semicolons", "tabs", "CRLF", "CR", "blank start", "spaced names",
        "dashed names", "quotes", "quoted text", "blank rows",
    ],
)  # fmt: skip
def test_the_same_rows_come_out_of_every_way_to_write_them(data):
    assert cells(data) == [{"sku": "CUP", "on_hand": "12", "reason": "Für später"}]


def test_windows_1252_is_said_so_that_accents_get_a_look():
    assert "Windows-1252" in read_sheet(ROWS.encode("cp1252")).notes[0]
    assert read_sheet(ROWS.encode()).notes == []


def test_a_quoted_cell_may_hold_separators_quotes_and_line_breaks_and_lines_are_counted_by_the_file():
    text = 'sku,change,reason\nCUP,+1,"two\nlines, and ""quotes"""\nVASE,-2,\n'

    rows = read_sheet(text.encode()).rows

    assert rows[0].cells["reason"] == 'two\nlines, and "quotes"'
    assert [row.line for row in rows] == [2, 4]


def test_a_separator_inside_quotes_of_the_first_line_does_not_mislead():
    assert cells(b'sku;on_hand;"a,b,c,d"\nCUP;3;x\n') == [{"sku": "CUP", "on_hand": "3"}]


def test_short_rows_have_empty_ends_and_long_ones_lose_what_no_column_names():
    assert cells(b"sku,on_hand,reason\nCUP,3\nVASE,4,x,y,z\n") == [
        {"sku": "CUP", "on_hand": "3", "reason": ""},
        {"sku": "VASE", "on_hand": "4", "reason": "x"},
    ]


def test_unknown_columns_are_named_and_those_of_an_export_are_not():
    sheet = read_sheet(b"sku,Colour,product,on_hand,available\nCUP,red,Cup,3,3\n")

    assert "Colour" in sheet.notes[0]
    assert "product" not in sheet.notes[0]
    assert sheet.columns == ["sku", "on_hand"]


@pytest.mark.parametrize("text", ["=1+2", "+5", "-3", "@SUM(A1)", "\tx", "'=x"])
def test_a_guarded_cell_is_no_formula_and_comes_back_as_it_was(text):
    guarded = guard(text)

    assert not guarded.startswith(("=", "+", "-", "@", "\t"))
    assert unguard(guarded) == text


def test_plain_text_is_not_touched():
    assert guard("CUP-1") == unguard("CUP-1") == "CUP-1"
    assert unguard("'tis") == "'tis"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "nothing in it"),
        (b" \r\n", "nothing in it"),
        (b"sku,on_hand\n", "no rows"),
        (b"name,on_hand\nCUP,3\n", "column sku is missing"),
        (b"CUP,3\nVASE,4\n", "column sku is missing"),
        (b"sku,reason\nCUP,why\n", "No column says what to change"),
        (b"sku,on_hand,On Hand\nCUP,3,4\n", "on_hand is there twice"),
        (b'sku,on_hand\nCUP,"3\n', "Line 2"),
        (b'sku,on_hand\nCUP,1\n"CUP"x,3\n', "Line 3"),
        (b"PK\x03\x04\x00\x00sku", "not a text file"),
        (b"sku,on_hand\nCUP\x81\xff,3\n", "neither UTF-8 nor Windows-1252"),
        (b"sku,on_hand\n" + b"C,1\n" * (MOST_ROWS + 1), "at most 20,000"),
        (b"x" * (LARGEST_BYTES + 1), "1 MiB"),
    ],
)
def test_what_cannot_be_read_says_why(data, said):
    with pytest.raises(UnreadableFile) as error:
        read_sheet(data)

    assert said in error.value.detail


def test_a_cell_longer_than_any_reader_takes_is_refused_in_words():
    with pytest.raises(UnreadableFile):
        read_sheet(b'sku,on_hand\nCUP,"' + b"1" * 200_000 + b'"\n')
