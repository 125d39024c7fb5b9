"""Alerts when something else than stock changes, when several look at once, and when only the sweep looks."""

import threading

import pytest
import sqlalchemy as sa

from app.catalogue.models import Product, Variant
from app.core import clock
from app.core.database import db, run_transaction, transaction
from app.inventory import alerts
from app.inventory.alerts import check, check_all, recheck_category
from app.inventory.models import StockLevel
from app.inventory.thresholds import set_threshold
from tests.factories import make_product
from tests.inventory.alerting import (
    MIRA,
    all_alerts,
    give_category_threshold,
    history,
    keep_from_looking,
    level_of,
    move_to,
    open_kind,
)


@pytest.mark.parametrize("leave", ["retired", "archived", "draft"])
def test_what_left_the_shop_has_no_alerts_and_gets_them_when_it_is_back(any_app, leave):
    make_product(sku="CUP", stock=20, threshold=10)
    move_to("CUP", 3)

    put(leave)
    check(["CUP"])
    assert history("CUP") == [("low", False)]
    move_to("CUP", 0)
    assert check_all() == 0
    put("active")
    check_all()

    assert history("CUP") == [("low", False), ("out", True)]


def put(state):
    retired_at = clock.now_ms() if state == "retired" else None
    with transaction():
        db.session.query(Variant).update({"retired_at": retired_at})
        db.session.query(Product).update({"status": "active" if state == "retired" else state})


def test_a_new_threshold_is_looked_at_at_once(any_app):
    make_product(sku="CUP", stock=8, threshold=5)

    give_threshold("CUP", 8)
    assert history("CUP") == [("low", True)]
    give_threshold("CUP", 7)
    assert history("CUP") == [("low", True)]
    give_threshold("CUP", 6)

    assert history("CUP") == [("low", False)]


def test_a_threshold_of_zero_takes_an_open_low_back(any_app):
    make_product(sku="CUP", stock=20, threshold=10)
    move_to("CUP", 1)

    give_threshold("CUP", 0)

    assert history("CUP") == [("low", False)]


def give_threshold(sku, threshold):
    run_transaction(lambda: set_threshold([sku], threshold, MIRA))


def test_a_new_threshold_of_a_category_is_looked_at_at_once(any_app):
    category_id = give_category_threshold(3)
    make_product(sku="CUP", stock=8)
    make_product(sku="OWN", stock=8, threshold=2)

    give_category_threshold(8)

    assert recheck_category(category_id) == 1
    assert (history("CUP"), history("OWN")) == ([("low", True)], [])


def test_a_threshold_edited_while_stock_crosses_it_ends_in_the_state_that_is_true(any_app):
    """Whoever commits last, the alert is the one that the last figures ask for."""
    make_product(sku="CUP", stock=40, threshold=10)

    def edit():
        for threshold in (20, 5, 30, 12):
            give_threshold("CUP", threshold)

    def sell():
        for left in (28, 16, 13, 9):
            move_to("CUP", left)

    run_together(any_app, edit, sell)

    assert open_kind("CUP") == "low"
    assert check_all() == 0


def test_callers_at_the_same_moment_open_one(any_app):
    make_product(sku="CUP", stock=20, threshold=10)
    keep_from_looking(any_app)
    move_to("CUP", 5)
    meet = threading.Barrier(4)

    def look_with_others():
        meet.wait(10)
        return check(["CUP"])

    opened = run_together(any_app, *[look_with_others] * 4)

    assert sum(opened) == 1
    assert history("CUP") == [("low", True)]


def run_together(app, *actions):
    """Each in a thread with a context of its own, and what their commits announced. Returns what they return."""
    answers = []

    def run(action):
        with app.app_context():
            answers.append(action())

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(answers) == len(actions)
    app.extensions["outbox_late"].close()
    return answers


def test_stock_that_changed_while_an_alert_was_written_is_looked_at_again(any_app, monkeypatch):
    """The rival's own look finds nothing yet, because the alert that is wrong by then has not been committed."""
    make_product(sku="CUP", stock=20, threshold=10)
    keep_from_looking(any_app)
    move_to("CUP", 5)
    settle = alerts.settle

    def settle_late(skus):
        written = settle(skus)
        monkeypatch.setattr(alerts, "settle", settle)
        db.session.execute(sa.update(StockLevel).values(on_hand=50))
        return written

    monkeypatch.setattr(alerts, "settle", settle_late)
    check(["CUP"])

    assert history("CUP") == [("low", False)]


def test_the_sweep_does_what_the_event_does(any_app):
    for number, left in enumerate([0, 1, 10, 11, 12, 15]):
        make_product(sku=f"CUP-{number}", stock=20, threshold=10)
        move_to(f"CUP-{number}", left)
    by_event = [open_kind(f"CUP-{number}") for number in range(6)]
    with transaction():
        db.session.execute(sa.text("DELETE FROM stock_alert"))

    assert check_all() == 3

    assert [open_kind(f"CUP-{number}") for number in range(6)] == by_event
    assert by_event == ["out", "low", "low", None, None, None]
    assert check_all() == 0


def test_the_sweep_takes_more_skus_than_fit_in_one_transaction(any_app):
    keep_from_looking(any_app)
    for number in range(alerts.CHUNK + 5):
        make_product(sku=f"CUP-{number}", stock=2, threshold=10)

    assert check_all() == alerts.CHUNK + 5
    for number in range(alerts.CHUNK + 5):
        move_to(f"CUP-{number}", 50)

    assert check_all() == alerts.CHUNK + 5
    assert all(alert.resolved_at for alert in all_alerts())


def test_switched_off_nothing_opens_and_no_sweep_is_scheduled(make_app):
    app = make_app(INVENTORY_ENABLE_ALERTS="false")
    with app.app_context():
        make_product(sku="CUP", stock=20, threshold=10)

        move_to("CUP", 0)

        assert (history("CUP"), check(["CUP"]), check_all()) == ([], 0, 0)
        assert not [task for task in app.extensions["schedule"] if "alert" in task.name]


def test_the_sweep_runs_as_often_as_the_setting_says(make_app):
    app = make_app(INVENTORY_CHECK_INTERVAL="2500")

    sweeps = {task.name: task.every_s for task in app.extensions["schedule"]}

    assert sweeps["app.inventory.alerts.check_all"] == 2.5


def test_a_level_keeps_its_figures_when_its_threshold_changes(any_app):
    make_product(sku="CUP", stock=8, threshold=5)

    give_threshold("CUP", None)

    assert level_of("CUP").on_hand == 8
