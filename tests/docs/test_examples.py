"""Everything that the documents tell to type is typed, in order, and answers as they show."""

import shutil
from pathlib import Path

import pytest

from tests.docs.pages import Block, list_pages, name_of, read_blocks
from tests.docs.session import compare, find_difference, is_like, run_blocks, runnable
from tests.support.checkout import Run

PAGES = [page for page in list_pages() if runnable(read_blocks(page))]


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.timeout(500)
@pytest.mark.xdist_group("run")
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_example_of_a_page_works_as_it_is_shown(page: Path, opened: Run) -> None:
    blocks = runnable(read_blocks(page))
    for program in {"curl", "node"}:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")

    printed = run_blocks(blocks, opened)

    wrong = [find_difference(block, printed[number]) for number, block in enumerate(blocks)]
    assert "\n\n".join(filter(None, wrong)) == ""


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({"a": 1}, {"a": 2.5}),
        ({"a": None}, {"a": "x"}),
        ({"a": 1, "...": ""}, {"a": 1, "b": 2}),
        ([{"a": 1}], [{"a": 2}, {"a": 3}]),
        ([], [1]),
    ],
)
def test_an_answer_of_the_same_shape_will_do(shown: object, said: object) -> None:
    assert compare(shown, said) == ""


@pytest.mark.parametrize(
    ("shown", "said"),
    [({"a": 1}, {"a": "1"}), ({"a": 1}, {"b": 1}), ({"a": 1}, {"a": 1, "b": 1}), ([1], []), (True, 1)],
)
def test_an_answer_of_another_shape_is_told(shown: object, said: object) -> None:
    assert compare(shown, said) != ""


def test_numbers_and_dots_stand_for_others_in_a_text() -> None:
    shown = "All 112 SKUs are right (0.3 s)\n...\nkey ls_9..."

    assert is_like(shown, "All 5 SKUs are right (12.0 s)\nthis\nthat\nkey ls_4XqZ")
    assert not is_like(shown, "2 findings among 5 SKUs (12.0 s)\nkey ls_4XqZ")


def test_a_page_that_shows_something_else_fails() -> None:
    block = Block("guide.md", 1, "sh", "flask redis ping", answer=Block("guide.md", 4, "text", "PONG"))

    assert find_difference(block, "PONG\n") == ""
    assert "guide.md:4 shows" in find_difference(block, "Error: No PONG\n")
