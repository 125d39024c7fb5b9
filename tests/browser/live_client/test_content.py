"""Content that does not fit the page, or should not."""

from __future__ import annotations

import pytest

from .conftest import Visit
from .looks import badge_reads, is_live
from .page import CHIP, INPUT, stock, stock_message
from .shop import FakeShop


def test_content_outside_its_targets_changes_nothing(shop: FakeShop, visit: Visit) -> None:
    tab = visit(CHIP + stock() + INPUT)
    is_live(tab)
    message = stock_message("A1", 119, "out")

    shop.connection().send(**{**message, "content": f"<title>x</title>stray<p>more</p>{message['content']}"})

    badge_reads(tab, "Sold out")
    assert tab.title() == "Vase"
    assert tab.locator("#quantity").count() == 1
    assert tab.get_by_text("stray").count() == 0


@pytest.mark.parametrize(
    "content",
    [
        '<span hx-swap-oob="true">no id</span>',
        '<span id="" hx-swap-oob="true">an empty one</span>',
        '<span id="nowhere" hx-swap-oob="true">one that the page does not have</span>',
        '<span id="quantity" hx-swap-oob="true"><span id="quantity">twice',
        "<hx-partial>no target</hx-partial>",
    ],
)
def test_a_fragment_that_fits_nowhere_does_not_break_the_next_message(
    shop: FakeShop, visit: Visit, content: str
) -> None:
    tab = visit(CHIP + stock("A1") + stock("B2"))
    is_live(tab)

    shop.connection().send(**{**stock_message("B2", 119, "out"), "content": content})
    shop.connection().send(**stock_message("A1", 119, "out"))

    badge_reads(tab, "Sold out")
    badge_reads(tab, "Only 3 left", "B2")
    is_live(tab)


def test_markup_in_a_text_stays_text(shop: FakeShop, visit: Visit) -> None:
    """The server escapes what people typed; nothing on the way may undo that."""
    tab = visit(CHIP + stock())
    is_live(tab)

    shop.connection().send(**stock_message("A1", 119, "out", "&lt;img src=x onerror=&quot;pwned=1&quot;&gt;"))

    badge_reads(tab, '<img src=x onerror="pwned=1">')
    assert tab.locator("img").count() == 0
    assert tab.evaluate("typeof pwned") == "undefined"
