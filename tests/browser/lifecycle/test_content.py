"""What pushed content and swapped pages do to a page."""

from dataclasses import fields

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from app.catalogue.models import Product
from app.catalogue.products import Basics, edit_product
from app.core.database import db
from tests.browser.lifecycle.looks import becomes_true, chip_says, open_cup, set_stock, watch_sockets
from tests.catalogue.editor import MIRA
from tests.support.shop import Shop
from tests.support.tabs import Tabs

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def rename(slug: str, name: str) -> None:
    product = db.session.scalars(sa.select(Product).filter_by(slug=slug)).one()
    said = {each.name: getattr(product, each.name) for each in fields(Basics)}
    edit_product(product.id, Basics(**{**said, "name": name}), MIRA)


def test_navigation_without_a_page_load_leaves_one_socket(wired: Shop, tabs: Tabs) -> None:
    tab = tabs.open("about:blank")
    sockets = watch_sockets(tab)
    tab.goto(wired.url + "/products/cup")
    chip_says(tab, "live", 8)

    tab.evaluate("htmx.ajax('GET', '/products/vase', {target: 'body', swap: 'innerHTML'})")

    tab.wait_for_selector("[data-stock='VASE']")
    becomes_true(tab, "'stock:VASE' in liveshelf.state().channels")
    assert "stock:CUP" not in tab.evaluate("liveshelf.state().channels")
    set_stock(wired, 1, "VASE")
    expect(tab.locator("[data-stock='VASE'] .c-badge").first).to_have_text("Only 1 left", timeout=5_000)
    assert len(sockets) == 1
    set_stock(wired, 3, "VASE")


def test_a_name_that_is_markup_arrives_as_text(wired: Shop, tabs: Tabs) -> None:
    tab = open_cup(wired, tabs)
    name = 'Cup <img src=x onerror="window.isPwned=true">'

    wired.prepare(lambda: rename("cup", name))

    expect(tab.locator("h1 [data-item-name]")).to_have_text(name, timeout=8_000)
    assert tab.locator("[data-item-name] img").count() == 0
    assert not tab.evaluate("window.isPwned")
    wired.prepare(lambda: rename("cup", "Cup"))
