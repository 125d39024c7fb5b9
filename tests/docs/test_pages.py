"""What can be said of the documents without running them: links lead somewhere, and no command is left out unnoticed."""

import json
import re
from pathlib import Path

import pytest

from tests.docs.pages import (
    ANSWERS,
    COMMAND,
    ROOT,
    RUN,
    list_pages,
    name_of,
    read_anchors,
    read_blocks,
    read_links,
    read_prose,
)

PAGES = list_pages()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in read_links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        if link.startswith(("http://", "https://")):
            continue
        if not target.exists() or (anchor and anchor not in read_anchors(target)):
            broken.append(link)

    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_says_what_it_is(page: Path) -> None:
    known = {*RUN, *ANSWERS, "http", "ini", "nginx", "yaml", "sql", "mermaid"}

    assert [f"{block} {block.language!r}" for block in read_blocks(page) if block.language not in known] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_stands_in_a_block_that_is_run(page: Path) -> None:
    assert [line for line in read_prose(page).splitlines() if COMMAND.match(line)] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_block_is_left_out_for_a_reason(page: Path) -> None:
    left_out = [block for block in read_blocks(page) if block.reason is not None]

    assert [str(block) for block in left_out if len(block.reason or "") < 10] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_answer_in_json_is_json(page: Path) -> None:
    for block in read_blocks(page):
        if block.language == "json":
            json.loads(block.text)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_test_that_is_named_is_there(page: Path) -> None:
    missing = []
    for file, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", read_prose(page)):
        path = ROOT / file
        if not path.is_file() or (name and f"def {name}(" not in path.read_text()):
            missing.append(f"{file}::{name}")

    assert missing == []


def test_every_document_is_named_in_the_readme() -> None:
    linked = {link.partition("#")[0] for link in read_links(ROOT / "README.md")}

    assert {name_of(page) for page in PAGES} - {"README.md"} <= linked
