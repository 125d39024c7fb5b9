"""Old history goes a chunk at a time; what is left still proves every figure, on both databases."""

import pytest
import sqlalchemy as sa

from app.core.database import db, read_now, transaction
from app.inventory import days, history, queries, retention, rollups
from app.inventory.models import StockCheckpoint
from app.inventory.verification import verify
from tests.factories import make_product, unlock_ledger
from tests.inventory.holding import ADA, JUN, process, release, reserve
from tests.inventory.past import DAY_MS, change, close_at, dated, day_rows


@pytest.fixture
def old(any_app):
    """A moment of 40 days ago, by the shop's calendar too: between there and now its clocks may have been put back."""
    return days.begin_of(days.day_of(read_now()) - 40 * days.ONE) + 1000


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(retention, "CHUNK", 3)


def versions(sku="CUP"):
    return [row.version for row in reversed(queries.list_movements(sku))]


def checkpoints():
    rows = db.session.execute(
        sa.select(StockCheckpoint.version, StockCheckpoint.on_hand, StockCheckpoint.reserved).order_by(
            StockCheckpoint.stock_level_id
        )
    )
    return [tuple(row) for row in rows]


def count(table):
    return db.session.scalar(sa.text(f"SELECT COUNT(*) FROM {table}"))


def lived_in(old, sku="CUP"):
    """Seven old movements and one of today."""
    with dated(old):
        make_product(sku=sku, stock=10)
        sold = process(f"old-{sku}", reserve(ADA, **{sku: 2}))
        dropped = release(reserve(JUN, **{sku: 1}))
    close_at(sold, old)
    close_at(dropped, old)
    change(sku, "receive", 5, old + 1)
    change(sku, "damage", 1, old + 2)
    change(sku, "sale", 1)


def test_old_movements_go_and_a_checkpoint_has_their_figures(any_app, old, small_chunks):
    lived_in(old)
    before = queries.get_stock("CUP")

    assert retention.prune_history() == {"movements": 7, "holds": 1, "damaged": 0}

    assert (versions(), checkpoints()) == ([8], [(7, 13, 0)])
    assert queries.get_stock("CUP") == before
    assert verify() == []


def test_running_again_changes_nothing(any_app, old):
    lived_in(old)
    retention.prune_history()
    left = versions(), checkpoints(), day_rows("closing", "out_ms")[:-1]

    assert retention.prune_history() == {"movements": 0, "holds": 0, "damaged": 0}

    assert (versions(), checkpoints(), day_rows("closing", "out_ms")[:-1]) == left


def test_killed_after_any_transaction_it_ends_the_same(any_app, old, small_chunks, monkeypatch):
    lived_in(old)
    lived_in(old, sku="BOWL")
    prune, budget = retention.prune, [0]

    def dies(stretch):
        if budget[0] == 0:
            raise KeyboardInterrupt
        budget[0] -= 1
        return prune(stretch)

    monkeypatch.setattr(retention, "prune", dies)
    for budget[0] in (1, 1, 2):
        with pytest.raises(KeyboardInterrupt):
            retention.prune_history()
        assert verify() == []
    budget[0] = 99
    retention.prune_history()

    assert (versions(), versions("BOWL")) == ([8], [8])
    assert checkpoints() == [(7, 13, 0), (7, 13, 0)]
    assert {row[1] for row in day_rows("closing")[-2:]} == {12}


def test_each_transaction_deletes_only_a_chunk(any_app, old, small_chunks):
    lived_in(old)
    lived_in(old, sku="BOWL")

    batches = list(retention.batches(read_now() - DAY_MS))

    assert all(sum(stretch.units for stretch in batch) <= 3 for batch in batches)
    assert [(stretch.version, stretch.units) for batch in batches for stretch in batch] == [
        *((3, 3), (6, 3), (7, 1)),
        *((3, 3), (6, 3), (7, 1)),
    ]


def test_the_days_of_what_goes_are_rolled_up_first_and_stay(any_app, old):
    lived_in(old)

    retention.prune_history()
    rows = day_rows("received", "sold", "closing")
    rollups.roll_up_day(days.day_of(old))

    assert rows[0][1:] == (15, 2, 13)
    assert (len(rows), rows[-1][1:]) == (41, (0, 1, 12))
    assert day_rows("received", "sold", "closing") == rows


def test_days_go_whole(make_app):
    with make_app(INVENTORY_MAX_HISTORY_DAYS="1").app_context():
        border = days.begin_of(days.day_of(read_now()) - days.ONE)
        with dated(border - 1):
            make_product(sku="CUP", stock=10)
        change("CUP", "sale", 1, border)

        retention.prune_history()

        assert versions() == [2]


def test_without_analytics_the_sums_stay_true_and_nothing_is_rolled_up(make_app):
    with make_app(INVENTORY_ENABLE_ANALYTICS="false").app_context():
        lived_in(read_now() - 40 * DAY_MS)

        retention.prune_history()

        assert (versions(), checkpoints(), day_rows()) == ([8], [(7, 13, 0)], [])
        assert verify() == []


def test_an_order_that_was_sold_long_ago_is_not_sold_again(any_app, old):
    lived_in(old)
    retention.prune_history()

    again = process("old-CUP", reserve(ADA, CUP=2))

    assert again.status == "committed"
    assert queries.get_stock("CUP").on_hand == 12


def test_open_holds_stay_however_old(any_app, old):
    with dated(old):
        make_product(sku="CUP", stock=10)
        reserve(ADA, CUP=2)

    retention.prune_history()

    assert (checkpoints(), count("reservation"), verify()) == ([(2, 10, 2)], 1, [])


def test_refused_demand_and_resolved_alerts_go_with_them(any_app, old):
    make_product(sku="CUP", stock=10, threshold=0)
    with transaction():
        for at in (old, read_now()):
            for statement in (
                "INSERT INTO refused_demand (variant_id, quantity, available, owner, at)"
                " SELECT id, 1, 0, 'ext:ada', :at FROM variant",
                "INSERT INTO stock_alert"
                " (variant_id, kind, opened_at, opened_version, available_at_open, resolved_at)"
                " SELECT id, 'low', 1, 1, 1, :at FROM variant",
            ):
                db.session.execute(sa.text(statement), {"at": at})

    retention.prune_history()

    assert (count("refused_demand"), count("stock_alert")) == (1, 1)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM stock_movement WHERE version = 3",
        "DELETE FROM stock_movement WHERE version = 7",
        "UPDATE stock_movement SET d_on_hand = d_on_hand + 1 WHERE version = 1",
    ],
)
def test_a_history_that_does_not_add_up_is_kept_as_evidence(any_app, old, damage):
    lived_in(old)
    unlock_ledger()
    with transaction():
        db.session.execute(sa.text(damage))
    kept, found = versions(), verify()

    assert retention.prune_history()["damaged"] == 1

    assert versions() == kept
    assert found and set(found) <= set(verify())


def test_the_command_says_what_went(any_app, old):
    lived_in(old)

    said = any_app.test_cli_runner().invoke(args=["retention"])

    assert (said.exit_code, said.output) == (0, "7 movements and 1 ended holds went.\n")


def test_the_timeline_says_where_older_history_went(any_app, old):
    lived_in(old)
    retention.prune_history()

    timeline = history.list_timeline("CUP")

    assert [entry.version for entry in timeline.entries] == [8]
    (end,) = timeline.ends
    assert (end.location, end.on_hand, end.at) == ("Shelf", 13, old + 2)
