"""What the three switches of the inventory turn off, each seen through the whole shop."""

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.inventory import retention
from app.inventory.errors import InsufficientStock
from app.inventory.models import RefusedDemand, StockAlert, StockDay
from app.realtime.publish import published_versions
from tests.factories import make_product
from tests.inventory.holding import ADA, reserve
from tests.inventory.past import change
from tests.inventory.stock_pages import client_of, words

PAGE = "/staff/inventory/analytics"


@pytest.fixture
def switch(make_app):
    """The shop with one of the switches on or off, and a cup of which two are left."""
    contexts = []

    def make(name, value):
        app = make_app(**{f"INVENTORY_ENABLE_{name}": value})
        contexts.append(app.app_context())
        contexts[-1].push()
        make_product(sku="CUP", stock=12, threshold=5)
        change("CUP", "sale", 10)
        run_clock(app)
        return app

    yield make
    for context in contexts:
        context.pop()


def run_clock(app):
    for task in app.extensions["schedule"]:
        if task.name.startswith("app.inventory."):
            task.action()


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def ask_for_too_many(app):
    with pytest.raises(InsufficientStock):
        reserve(ADA, CUP=99)
    app.extensions["refused_demand"].flush()


@pytest.mark.parametrize(("value", "opened"), [("true", 1), ("false", 0)])
def test_alerts_are_raised_or_not(switch, value, opened):
    switch("ALERTS", value)

    assert count(StockAlert) == opened


@pytest.mark.parametrize(("value", "shown"), [("true", {"stock:CUP": 2}), ("false", {})])
def test_changes_are_pushed_or_not_and_counted_all_the_same(switch, value, shown):
    app = switch("REALTIME", value)

    assert published_versions(["stock:CUP"]) == shown
    answer = app.test_client().get("/api/realtime/inventory?productId=CUP")
    assert answer.get_json()["status"] == "low"


@pytest.mark.parametrize(("value", "rows"), [("true", 1), ("false", 0)])
def test_days_are_summed_up_and_refusals_recorded_or_not(switch, value, rows):
    app = switch("ANALYTICS", value)

    ask_for_too_many(app)
    retention.prune_history()

    assert (count(StockDay), count(RefusedDemand)) == (rows, rows)


def test_without_reports_their_page_says_how_to_have_them(switch):
    client = client_of(switch("ANALYTICS", "false"), "staff")

    page = words(client.get(PAGE).text)

    assert "Reports are switched off" in page
    assert "INVENTORY_ENABLE_ANALYTICS=true" in page
    assert client.get(f"{PAGE}.csv").headers["Location"].endswith(PAGE)
