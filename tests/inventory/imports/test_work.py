"""Applying: every row once, whatever happens in between."""

import pytest
import sqlalchemy as sa

from app.core import jobs
from app.core.database import db, run_transaction, transaction
from app.inventory.imports import files, parts
from app.inventory.models import StockImport, StockImportPart
from app.security.models import AuditEntry
from tests.factories import make_product
from tests.inventory.holding import ADA, reserve
from tests.inventory.imports.importing import (
    FILE,
    MANY,
    bring_in,
    change,
    movements,
    on_hand,
    preview,
    read,
    start,
    threshold,
)  # fmt: skip


def test_an_import_is_applied_by_a_worker_with_who_and_why(any_app, redis):
    make_product(sku="CUP", stock=10)
    make_product(sku="VASE", stock=3)
    import_id = preview("sku,on_hand,threshold,reason\nCUP,12,4,\nVASE,1,,Broken\n", reason="Stock-take")

    start(import_id, "all")
    jobs.work(any_app, any_app.config["SETTINGS"].REDIS_URL, ("bulk",), burst=True)

    assert on_hand("CUP", "VASE") == [12, 1]
    assert threshold("CUP") == 4
    found = {(row.reason, row.actor, row.kind, row.d_on_hand) for row in movements(f"import:{import_id}")}
    assert found == {("Stock-take", "user:mira", "adjust", 2), ("Broken", "user:mira", "adjust", -2)}
    file = read(import_id)
    assert (file.state, file.applied, file.refused) == ("applied", 2, 0)
    assert db.session.scalars(sa.select(AuditEntry.action)).all() == ["import_applied"]


def test_a_job_that_runs_twice_applies_once(many):
    import_id = bring_in(FILE)

    parts.run(import_id)

    assert on_hand(*MANY) == [15] * 7
    assert len(movements(f"import:{import_id}")) == 7


def test_two_jobs_at_once_each_see_that_the_other_has_moved_on(many):
    import_id = preview(FILE)
    start(import_id)
    seen = read(import_id)
    db.session.expunge(seen)
    part = parts.read_part(import_id, 0)

    parts.go_on(import_id)
    run_transaction(lambda: parts.apply_part(seen, part))

    assert on_hand(*MANY[:4]) == [15, 15, 15, 10]


def test_wrong_rows_are_skipped_and_the_others_applied(many):
    file = read(bring_in(FILE + "NONE,+1\nS000,+1\n"))

    assert on_hand(*MANY) == [15] * 7
    assert (file.wrong, file.applied, file.state) == (2, 7, "applied")


def test_all_or_nothing_does_not_start_with_wrong_rows(many):
    import_id = preview(FILE + "NONE,+1\n")

    with pytest.raises(files.RowsAreWrong):
        start(import_id, "all")

    assert read(import_id).state == "preview"


def test_a_file_that_changes_nothing_is_not_started(many):
    with pytest.raises(files.NothingToApply):
        start(preview("sku,on_hand\nS000,10\n"))


def test_a_preview_starts_once(many):
    import_id = preview(FILE)
    start(import_id)

    with pytest.raises(files.ImportMoved):
        start(import_id)


def test_a_sale_after_the_preview_is_not_overwritten_by_a_count(many):
    import_id = preview("sku,on_hand\nS000,12\nS001,12\n")
    change("S000", "sale", 1)
    start(import_id)

    parts.run(import_id)

    assert on_hand("S000", "S001") == [9, 12]
    [problem] = files.list_problems(import_id)
    assert (problem["line"], problem["sku"]) == (2, "S000")
    assert "changed from 10 to 9" in problem["problem"]


def test_a_hold_after_the_preview_is_no_reason_to_refuse_a_count(many):
    import_id = preview("sku,on_hand\nS000,12\n")
    reserve(ADA, S000=2)
    start(import_id)

    parts.run(import_id)

    assert on_hand("S000") == [12]


def test_with_a_version_any_change_after_the_preview_refuses_the_row(many):
    import_id = preview("sku,on_hand,version\nS000,12,1\n")
    reserve(ADA, S000=2)
    start(import_id)

    parts.run(import_id)

    assert on_hand("S000") == [10]
    assert "version 1" in files.list_problems(import_id)[0]["problem"]


def test_what_was_reserved_after_the_preview_stays(many):
    import_id = preview("sku,change\nS000,-8\nS001,-8\n")
    reserve(ADA, S000=4)
    start(import_id)

    parts.run(import_id)

    assert on_hand("S000", "S001") == [10, 2]
    assert "4 of them reserved" in files.list_problems(import_id)[0]["problem"]


def test_all_or_nothing_looks_again_before_it_begins(many):
    import_id = preview("sku,on_hand\n" + "".join(f"{sku},12\n" for sku in MANY))
    change("S006", "sale", 1)
    start(import_id, "all")

    parts.run(import_id)

    assert on_hand(*MANY) == [10] * 6 + [9]
    assert movements(f"import:{import_id}") == []
    file = read(import_id)
    assert (file.state, file.refused, file.applied) == ("refused", 1, 0)
    assert files.list_problems(import_id)[0]["sku"] == "S006"


def test_all_or_nothing_puts_back_what_it_had_applied_when_a_row_fails_in_the_middle(many):
    import_id = preview("sku,on_hand,threshold\n" + "".join(f"{sku},12,2\n" for sku in MANY))
    start(import_id, "all")
    parts.go_on(import_id)
    parts.go_on(import_id)
    assert on_hand(*MANY) == [12] * 6 + [10]
    change("S006", "sale", 1)

    parts.run(import_id)

    assert on_hand(*MANY) == [10] * 6 + [9]
    assert [threshold(sku) for sku in MANY] == [None] * 7
    assert sum(row.d_on_hand for row in movements(f"undo:import:{import_id}")) == -12
    file = read(import_id)
    assert (file.state, file.refused, file.stuck) == ("refused", 1, 0)


def test_a_long_import_is_several_jobs(any_app, redis, many, monkeypatch):
    monkeypatch.setattr(parts, "SHIFT_S", 0)
    import_id = preview(FILE)
    start(import_id)

    parts.run(import_id)
    assert read(import_id).state == "applying"
    jobs.work(any_app, any_app.config["SETTINGS"].REDIS_URL, ("bulk",), burst=True)

    assert on_hand(*MANY) == [15] * 7


def test_an_import_whose_job_was_lost_is_queued_again(any_app, redis, many):
    import_id = preview(FILE)
    start(import_id)
    redis.flushdb()
    parts.resume_stalled()
    assert jobs.queue_of(redis, "bulk").count == 0
    with transaction():
        db.session.execute(sa.update(StockImport).values(progress_at=0))

    parts.resume_stalled()
    parts.resume_stalled()

    assert jobs.queue_of(redis, "bulk").count == 1


def test_previews_go_after_a_day_and_imports_with_the_history(many):
    old, kept, applied = preview(FILE), preview(FILE), bring_in(FILE)
    age({old: 25, applied: 25})

    files.prune()

    assert {file.id for file in files.list_imports()} == {kept, applied}
    age({applied: 31 * 24})
    files.prune()
    assert {file.id for file in files.list_imports()} == {kept}
    assert set(db.session.scalars(sa.select(StockImportPart.import_id))) == {kept}


def age(hours_of):
    with transaction():
        for import_id, hours in hours_of.items():
            db.session.execute(
                sa.update(StockImport)
                .where(StockImport.id == import_id)
                .values(created_at=StockImport.created_at - hours * 3600 * 1000)
            )
