"""An import from its preview to its end: kept, started, undone, forgotten."""

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.core import jobs
from app.core.database import db, delete_in_chunks, now_ms
from app.core.errors import DomainError, NotFound
from app.inventory.imports import parts
from app.inventory.imports.parts import PART
from app.inventory.imports.plan import Row, plan_rows, row_from
from app.inventory.imports.sheet import read_sheet
from app.inventory.models import StockImport, StockImportPart
from app.security import audit
from app.security.access import Caller

PREVIEW_KEPT_MS = 24 * 3600 * 1000
DAY_MS = 24 * 3600 * 1000
LISTED = 20
MOST_PROBLEMS = 200


class RowsAreWrong(DomainError):
    code, kind, title = "rows_are_wrong", "conflict", "Some rows are wrong"


class NothingToApply(DomainError):
    code, kind, title = "nothing_to_apply", "conflict", "No row changes anything"


class ImportMoved(DomainError):
    code, kind, title = "import_moved", "conflict", "This has been done already"


@dataclass(frozen=True)
class Preview:
    """What `keep` will write: made before, since it takes longer than a transaction may."""

    file: dict[str, Any]
    parts: list[dict[str, Any]]


def make_preview(file_name: str, data: bytes, reason: str, actor: str) -> Preview:
    """Raises UnreadableFile."""
    sheet = read_sheet(data)
    rows = plan_rows(sheet)
    changes = sum(row.outcome == "change" for row in rows)
    wrong = sum(row.outcome == "wrong" for row in rows)
    file = {
        "file_name": file_name[-120:],
        "actor": actor,
        "reason": reason,
        "notes": sheet.notes,
        "total": len(rows),
        "changes": changes,
        "wrong": wrong,
        "parts": -(-(wrong + changes) // PART),
    }
    documents = [asdict(row) for row in rows]
    slices = [documents[start : start + PART] for start in range(0, len(documents), PART)]
    return Preview(file, [{"number": n, "rows": part, "problems": []} for n, part in enumerate(slices)])


def keep(preview: Preview) -> str:
    """Write the preview down inside transaction(), and nothing else. Returns its id."""
    file = StockImport(**preview.file, created_at=now_ms())
    db.session.add(file)
    db.session.flush()
    db.session.execute(sa.insert(StockImportPart), [{"import_id": file.id, **part} for part in preview.parts])
    return file.id


def start(import_id: str, mode: str, caller: Caller) -> None:
    """Queue the job that applies it. Call inside transaction().

    Raises RowsAreWrong, NothingToApply, ImportMoved or NotFound.
    """
    file = get_import(import_id)
    if mode == "all" and file.wrong:
        raise RowsAreWrong(
            f"{file.wrong} rows are wrong: correct the file and upload it again, or skip those rows"
        )
    if not file.changes:
        raise NothingToApply("No row changes anything")
    move(file, "preview", state="applying", mode=mode)
    audit.record(
        "import_applied", f"import:{import_id}", actor=caller.name, role=caller.role,
        after={"rows": file.changes, "mode": mode},
    )  # fmt: skip


def undo(import_id: str, caller: Caller) -> None:
    """Queue the job that puts back what the import changed. Call inside transaction(). Raises ImportMoved or NotFound."""
    file = get_import(import_id)
    move(file, "applied", state="undoing", undone_by=caller.name)
    audit.record(
        "import_undone", f"import:{import_id}", actor=caller.name, role=caller.role,
        after={"rows": file.changes - file.refused},
    )  # fmt: skip


def move(file: StockImport, seen: str, **values: Any) -> None:
    moved = db.session.execute(
        sa.update(StockImport)
        .where(StockImport.id == file.id, StockImport.state == seen)
        .values(progress_at=now_ms(), **values)
        .returning(StockImport.id)
    )
    if moved.first() is None:
        raise ImportMoved("This has been done already; reload the page to see how it stands")
    jobs.run_later(parts.run, file.id, queue="bulk")


def get_import(import_id: str) -> StockImport:
    found = db.session.get(StockImport, import_id)
    if found is None:
        raise NotFound("There is no such import; a preview that is not applied goes after a day")
    return found


def list_imports() -> list[StockImport]:
    newest = sa.select(StockImport).order_by(StockImport.created_at.desc(), StockImport.id).limit(LISTED)
    return list(db.session.scalars(newest).all())


def list_rows(import_id: str, page: int) -> list[Row]:
    """One page of the preview, from 1."""
    part = db.session.get(StockImportPart, (import_id, page - 1))
    return [row_from(document) for document in part.rows] if part else []


def list_problems(import_id: str) -> list[dict[str, Any]]:
    """What failed after the preview, in the order of the file."""
    lists = db.session.scalars(
        sa.select(StockImportPart.problems).where(StockImportPart.import_id == import_id)
    )
    found = [problem for problems in lists for problem in problems]
    return sorted(found, key=lambda problem: (problem["undo"], problem["line"]))[:MOST_PROBLEMS]


def prune() -> None:
    """Previews go after a day, the others with the history that they changed."""
    kept_ms = current_app.config["SETTINGS"].INVENTORY_MAX_HISTORY_DAYS * DAY_MS
    old = sa.or_(
        sa.and_(StockImport.state == "preview", StockImport.created_at < now_ms() - PREVIEW_KEPT_MS),
        sa.and_(StockImport.state.not_in(parts.WORKING), StockImport.created_at < now_ms() - kept_ms),
    )
    delete_in_chunks(StockImportPart, StockImportPart.import_id.in_(sa.select(StockImport.id).where(old)))
    delete_in_chunks(StockImport, old)
