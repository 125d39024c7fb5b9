"""The work on an import: a job that applies or undoes it part by part, each part in a transaction of its own.

A part's transaction begins by moving `done`, so a part that was applied is never applied again: not by a job that runs
twice, nor by the one that follows a killed worker. Parts are small, because on SQLite the whole shop waits for each.

An all-or-nothing import is as many transactions: it is compared with the figures of now before the first, and when a row
fails in the middle all the same, what was applied is put back by reverse movements. Shoppers may see it in between.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.core import clock, jobs
from app.core.database import db, now_ms, run_transaction, transaction
from app.inventory.errors import InsufficientStock
from app.inventory.imports.figures import Figure, select_figures
from app.inventory.imports.plan import Row, recheck, row_from
from app.inventory.ledger import Change, Origin, apply, change_settings
from app.inventory.models import StockImport, StockImportPart, StockLevel
from app.inventory.undo import undo_source

# About 20 ms of SQLite's one write lock.
PART = 25
# Well under the time limit of a job; the rest is another job's.
SHIFT_S = 20.0
STALLED_AFTER_MS = 60_000
WORKING = ("applying", "reverting", "undoing")

Problems = list[dict[str, Any]]


class PartRefused(Exception):
    """A row of an all-or-nothing import failed; carries the problems."""

    def __init__(self, problems: Problems):
        super().__init__(problems)
        self.problems = problems


def run(import_id: str) -> None:
    """A job: go on from where the import stands."""
    until = clock.perf() + SHIFT_S
    while go_on(import_id):
        if clock.perf() > until:
            with transaction():
                jobs.run_later(run, import_id, queue="bulk")
            return


def resume_stalled() -> None:
    """Queue again what has not moved for a minute: Redis may have lost its job."""
    stalled = StockImport.state.in_(WORKING) & (StockImport.progress_at < now_ms() - STALLED_AFTER_MS)
    for import_id in db.session.scalars(sa.select(StockImport.id).where(stalled)).all():
        with transaction():
            db.session.execute(
                sa.update(StockImport).where(StockImport.id == import_id).values(progress_at=now_ms())
            )
            jobs.run_later(run, import_id, queue="bulk")


def go_on(import_id: str) -> bool:
    """Make one step. False when there is nothing left to do."""
    db.session.rollback()  # ends the read transaction: what others wrote shows
    file = db.session.get(StockImport, import_id)
    if file is None or file.state not in WORKING:
        return False
    db.session.expunge(file)
    if file.state == "applying":
        go_forward(file)
    elif file.done:
        run_transaction(lambda: undo_part(file, read_part(file.id, file.done - 1)))
    else:
        end = {"undoing": ("undone", "undone_at"), "reverting": ("refused", "finished_at")}
        state, moment = end[file.state]
        run_transaction(lambda: advance(file, state=state, **{moment: now_ms()}))
    return True


def go_forward(file: StockImport) -> None:
    if file.done == file.parts:
        run_transaction(lambda: advance(file, state="applied", finished_at=now_ms()))
    elif file.mode == "all" and file.done == 0 and (found := find_problems(file)):
        refuse(file, found)
    else:
        part = read_part(file.id, file.done)
        try:
            run_transaction(lambda: apply_part(file, part))
        except PartRefused as error:
            problems = error.problems
            run_transaction(lambda: turn_back(file, part, problems))


def advance(file: StockImport, **values: Any) -> bool:
    """Move the import on from where this job saw it. False when another job has done so."""
    found = db.session.execute(
        sa.update(StockImport)
        .where(StockImport.id == file.id, StockImport.state == file.state, StockImport.done == file.done)
        .values(progress_at=now_ms(), **values)
        .returning(StockImport.id)
        .execution_options(synchronize_session=False)
    )
    return found.first() is not None


def read_part(import_id: str, number: int) -> StockImportPart:
    part = db.session.get_one(StockImportPart, (import_id, number))
    db.session.expunge(part)
    return part


def changing_rows(part: StockImportPart) -> list[Row]:
    """By ascending level, as locks are taken everywhere."""
    rows = [row_from(document) for document in part.rows]
    return sorted((row for row in rows if row.outcome == "change"), key=lambda row: row.level_id)


def read_levels(rows: list[Row], *, lock: bool) -> dict[int, Figure]:
    figures = select_figures(StockLevel.id.in_([row.level_id for row in rows]), lock=lock)
    return {figure.level_id: figure for figure in figures}


def apply_part(file: StockImport, part: StockImportPart) -> None:
    rows = changing_rows(part)

    def apply_row(row: Row, figure: Figure | None) -> str:
        if problem := recheck(row, figure):
            return problem
        if row.delta:
            origin = Origin(file.actor, row.reason or file.reason, source=f"import:{file.id}")
            apply(row.level_id, row.sku, Change("adjust", on_hand=row.delta), origin)
        if row.moves_threshold:
            change_settings(row.level_id, row.sku, low_threshold=row.threshold_after)
        return ""

    if not advance(file, done=file.done + 1):
        return
    problems = each_row(rows, apply_row)
    if problems and file.mode == "all":
        raise PartRefused(problems)
    note(part, problems, "refused")


def undo_part(file: StockImport, part: StockImportPart) -> None:
    refused = {problem["line"] for problem in part.problems}
    rows = [row for row in changing_rows(part) if row.line not in refused]
    by_hand = file.state == "undoing"
    reason = f"{'Undone' if by_hand else 'Put back'}: {file.reason}"[:200]
    actor = file.undone_by if by_hand else file.actor
    origin = Origin(actor, reason, source=undo_source(f"import:{file.id}"))

    def undo_row(row: Row, figure: Figure | None) -> str:
        problem = ""
        if row.delta:
            try:
                apply(row.level_id, row.sku, Change("adjust", on_hand=-row.delta), origin)
            except InsufficientStock as error:
                left = error.facts["available"]
                problem = f"{row.delta} were added and {left} of them are still free; correct it on its page"
        if row.moves_threshold and figure:
            if figure.threshold == row.threshold_after:
                change_settings(row.level_id, row.sku, low_threshold=row.threshold_before)
            else:
                problem = problem or f"Its threshold was changed to {figure.threshold} since"
        return problem

    if advance(file, done=file.done - 1):
        note(part, [{**problem, "undo": True} for problem in each_row(rows, undo_row)], "stuck")


def each_row(rows: list[Row], act: Callable[[Row, Figure | None], str]) -> Problems:
    levels = read_levels(rows, lock=True)
    problems = [(row, act(row, levels.get(row.level_id))) for row in rows]
    return [describe(row, problem) for row, problem in problems if problem]


def describe(row: Row, problem: str) -> dict[str, Any]:
    return {"line": row.line, "sku": row.sku, "location": row.location, "problem": problem, "undo": False}


def note(part: StockImportPart, problems: Problems, counter: str) -> None:
    if not problems:
        return
    of_part = sa.update(StockImportPart).where(
        StockImportPart.import_id == part.import_id, StockImportPart.number == part.number
    )
    of_file = sa.update(StockImport).where(StockImport.id == part.import_id)
    column = getattr(StockImport, counter)
    for statement in (
        of_part.values(problems=part.problems + problems),
        of_file.values({counter: column + len(problems)}),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))


def find_problems(file: StockImport) -> dict[int, Problems]:
    """The rows that cannot be applied any more, by part. Reads only."""
    found = {}
    for number in range(file.parts):
        rows = changing_rows(read_part(file.id, number))
        levels = read_levels(rows, lock=False)
        checked = [(row, recheck(row, levels.get(row.level_id))) for row in rows]
        if problems := [describe(row, problem) for row, problem in checked if problem]:
            found[number] = problems
    return found


def refuse(file: StockImport, found: dict[int, Problems]) -> None:
    """Nothing was applied, and nothing will be."""

    def write() -> None:
        if advance(file, state="refused", finished_at=now_ms()):
            for number, problems in found.items():
                note(read_part(file.id, number), problems, "refused")

    run_transaction(write)


def turn_back(file: StockImport, part: StockImportPart, problems: Problems) -> None:
    if advance(file, state="reverting"):
        note(part, problems, "refused")
