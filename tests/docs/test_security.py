"""docs/security.md names tests and files that are there, and two rules that no other test has."""

import hashlib
import re

from pydantic import BaseModel

from app.core import openapi
from tests.docs.pages import ROOT, read_prose

PAGE = ROOT / "docs/security.md"
VENDOR = ROOT / "static/vendor"
CLAIM = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows() -> list[list[str]]:
    """The lines of the tables whose first cell has numbers of the standard, each by its cells."""
    lines = [line for line in read_prose(PAGE).splitlines() if re.match(r"\| \d", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_rule_has_a_test() -> None:
    done = [row for row in rows() if len(row) == 4]
    assert len(done) > 60, "this test needs the tables"

    assert [row[0] for row in done if not CLAIM.search(row[3])] == []


def test_every_rule_names_code_that_is_there() -> None:
    named = [path for row in rows() if len(row) == 4 for path in re.findall(r"`([^`]+)`", row[2])]

    assert [path for path in named if not (ROOT / path).exists()] == []


def test_vendored_files_are_those_of_the_list() -> None:
    listed = dict(reversed(line.split()) for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
    assert listed, "this test needs the list"

    for name, checksum in listed.items():
        assert hashlib.sha256((VENDOR / name.lstrip("*")).read_bytes()).hexdigest() == checksum, name
    scripts = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*.js")}
    assert scripts <= {name.lstrip("*") for name in listed}


def test_every_body_of_the_api_refuses_fields_that_it_does_not_know(app) -> None:
    taken = {operation.takes for _, _, operation in openapi.operations_of(app) if operation.takes}
    assert taken, "this test needs the API"

    assert [model.__name__ for model in taken if not refuses_unknown(model)] == []


def refuses_unknown(model: type[BaseModel]) -> bool:
    return model.model_config.get("extra") == "forbid"
