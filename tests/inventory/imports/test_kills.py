"""A worker killed in the middle, and several at once: every row is applied once."""

import signal
from contextlib import suppress

import pytest

from app.core.errors import DatabaseBusy
from app.inventory.imports import parts
from tests.factories import make_product
from tests.inventory.imports.importing import end, go, movements, on_hand, preview, read, start, undo
from tests.support.waiting import wait_for

SKUS = [f"S{number:03}" for number in range(400)]
FILE = "sku,change\n" + "".join(f"{sku},+5\n" for sku in SKUS)
WITHIN_S = 60


@pytest.fixture
def started(any_app):
    any_app.config["OUTBOX_DELIVERS"] = False
    for sku in SKUS:
        make_product(sku=sku, stock=10)
    import_id = preview(FILE)
    start(import_id)
    return import_id


def let_die_at(app, point, pid):
    folder = app.config["SETTINGS"].data_path / "faults"
    folder.mkdir(exist_ok=True)
    (folder / point).write_text(str(pid))


def assert_applied_once(import_id):
    assert on_hand(*SKUS) == [15] * len(SKUS)
    assert len(movements(f"import:{import_id}")) == len(SKUS)
    file = read(import_id)
    assert (file.state, file.refused) == ("applied", 0)


@pytest.mark.parametrize("point", ["before_commit", pytest.param("after_commit", marks=pytest.mark.slow)])
def test_a_worker_killed_in_the_middle_and_the_next_one_goes_on(any_app, start_worker, started, point):
    worker = start_worker(started)
    go(worker)
    wait_for(lambda: read(started).done >= 2, WITHIN_S, "two parts")
    let_die_at(any_app, point, worker.pid)

    assert end(worker) == -signal.SIGKILL
    done = read(started).done
    assert 2 <= done < read(started).parts
    assert len(movements(f"import:{started}")) == done * parts.PART

    parts.run(started)
    assert_applied_once(started)


@pytest.mark.slow
def test_an_undo_killed_in_the_middle_puts_back_each_row_once(any_app, start_worker, started):
    parts.run(started)
    undo(started)
    worker = start_worker(started)
    go(worker)
    wait_for(lambda: read(started).done <= read(started).parts - 2, WITHIN_S, "two parts")
    let_die_at(any_app, "before_commit", worker.pid)

    assert end(worker) == -signal.SIGKILL
    parts.run(started)

    assert on_hand(*SKUS) == [10] * len(SKUS)
    assert len(movements(f"undo:import:{started}")) == len(SKUS)


@pytest.mark.slow
@pytest.mark.on_both
def test_three_workers_of_one_import_apply_each_row_once(any_app, start_worker, started):
    workers = [start_worker(started) for _ in range(3)]
    for worker in workers:
        go(worker)

    with suppress(DatabaseBusy):
        parts.run(started)
    for worker in workers:
        end(worker)
    parts.run(started)

    assert_applied_once(started)
