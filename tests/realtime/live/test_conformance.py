"""The table in the documentation is the one that the tests play."""

from collections import Counter

from tests.realtime.live.conformance_table import DOCUMENT, SECTIONS, write_table


def test_the_table_in_the_documentation_is_that_of_the_tests() -> None:
    told = DOCUMENT.read_text()

    assert told == write_table({}), "run python -m tests.realtime.live.conformance_table"


def test_no_case_is_told_twice() -> None:
    names = Counter((section.title, row.name) for section in SECTIONS for row in section.rows)

    assert [name for name, count in names.items() if count > 1] == []
