"""docs/faults.md names a test for each of its promises; each of them is there."""

import re

import pytest

from tests.support.shop import ROOT

TABLE = (ROOT / "docs" / "faults.md").read_text()
ROWS = [line for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith("| fault")]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:40])
def test_each_promise_has_its_test(row):
    named = NAMED.findall(row)

    assert named
    for path, name in named:
        assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(), re.MULTILINE), (path, name)
