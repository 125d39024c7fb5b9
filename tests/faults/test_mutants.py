"""The shop with one of its safeguards taken out: the suite must notice. Each mutant names the test that caught it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("app", "deploy", "migrations", "static", "templates", "tests")
FILES = ("Procfile", "pyproject.toml", "wsgi.py")
HELD = "holds.close_hold(reservation_id, holds.HELD, *conditions, status=status)"
GUARD = ".where(reserved + unavailable <= on_hand + level.c.backorder_limit)"


@dataclass(frozen=True)
class Mutant:
    """`edits` are a file, what stands there once, and what stands there instead; `caught_by` is in tests/inventory."""

    name: str
    edits: tuple[tuple[str, str, str], ...]
    caught_by: str


LEDGER, HOLDS, RESERVATIONS = (f"app/inventory/{name}.py" for name in ("ledger", "holds", "reservations"))
EXPIRY = "app/inventory/expiry.py"
FIRST_TABLES = "migrations/versions/0001_first_tables.py"
HOLD_TABLES = "migrations/versions/0002_holds_alerts_and_history.py"
CONSTRAINT = "reserved + unavailable <= on_hand + backorder_limit"

MUTANTS = (
    Mutant(
        "the guard of the one UPDATE",
        ((LEDGER, GUARD, ""),),
        "test_reservations.py::test_what_is_held_cannot_be_taken_off_the_shelf",
    ),
    Mutant(
        "the guard, and the constraint behind it",
        ((LEDGER, GUARD, ""), (FIRST_TABLES, CONSTRAINT, "reserved >= 0")),
        "test_races.py::test_buyers_of_one_unit_hold_exactly_what_there_is",
    ),
    Mutant(
        "the index that gives an owner one hold",
        ((HOLD_TABLES, '["owner"],\n            unique=True', '["owner"],\n            unique=False'),),
        "test_reservations.py::test_an_owner_has_one_hold_whose_lines_are_set_and_not_added",
    ),
    Mutant(
        "that only a held reservation can be ended",
        ((RESERVATIONS, HELD, HELD.replace("holds.HELD, ", "")),),
        "test_reservations.py::test_what_has_ended_cannot_be_sold_and_what_is_sold_cannot_be_released",
    ),
    Mutant(
        "that only an open reservation can be sold",
        ((RESERVATIONS, "hold.c.status.in_(OPEN), ours", "ours"),),
        "test_reservations.py::test_what_has_ended_cannot_be_sold_and_what_is_sold_cannot_be_released",
    ),
    Mutant(
        "that a renewed hold is not ended by a sweep that saw it before",
        ((EXPIRY, "due = hold.c.expires_at <= now_ms()", "due = hold.c.id == reservation_id"),),
        "test_interleavings.py::test_a_renewal_between_the_sweeps_look_and_its_act_wins",
    ),
    Mutant(
        "that a count holds only at the version that was seen",
        (
            (
                LEDGER,
                ".where(sa.or_(expect.is_(None), level.c.version == expect))",
                ".where(expect.is_(None) | True)",
            ),
        ),
        "test_interleavings.py::test_a_count_that_is_overtaken_between_its_look_and_its_write_is_stale",
    ),
    Mutant(
        "that a till undoes its hold when another has sold the order",
        ((RESERVATIONS, "if sold.id != held.id:", "if False:"),),
        "test_interleavings.py::test_a_till_that_is_overtaken_between_its_look_and_its_hold_leaves_none",
    ),
    Mutant(
        "that the key and the effect are one transaction",
        (
            (
                "app/core/idempotency.py",
                "        if not claim(scope, key, request_body):\n",
                "        if False:\n",
            ),
        ),
        "test_races.py::test_one_key_fifty_times_at_once_takes_effect_once_and_all_hear_the_same",
    ),
)


pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_an_untouched_copy_passes(tmp_path):
    copy_tree(tmp_path)

    passed = run(tmp_path, *dict.fromkeys(mutant.caught_by for mutant in MUTANTS))

    assert passed.returncode == 0, passed.stdout


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_suite_fails_without(mutant, tmp_path):
    copy_tree(tmp_path)

    for file, there, instead in mutant.edits:
        mutate(tmp_path / file, there, instead)
    caught = run(tmp_path, mutant.caught_by)

    assert caught.returncode == 1, caught.stdout
    assert f"FAILED tests/inventory/{mutant.caught_by}" in caught.stdout, caught.stdout


def copy_tree(folder: Path) -> None:
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in FILES:
        shutil.copy(ROOT / file, folder / file)


def mutate(path: Path, there: str, instead: str) -> None:
    text = path.read_text()
    assert text.count(there) == 1, f"{path.name} has changed: say anew what this mutant takes out"
    path.write_text(text.replace(there, instead))


def run(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow"]
    return subprocess.run(
        [*command, *(f"tests/inventory/{test}" for test in tests)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
