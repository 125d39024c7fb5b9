"""The same promise in the other browser engine."""

import pytest

from tests.support.firefox import Firefox
from tests.support.shop import Shop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.processes]

BADGE = "document.querySelector(\"[data-stock='CUP'] .c-badge\").textContent.trim()"
CHIP = "document.querySelector('[data-live-chip]').dataset.state"


def test_the_badge_moves_and_comes_back_in_firefox(module_shop: Shop):
    with Firefox() as firefox:
        firefox.open(f"{module_shop.url}/products/cup")
        wait_for(lambda: firefox.evaluate(CHIP) == "live", 20, "the chip to say that it is live")

        module_shop.change_stock("CUP", "remove", 8)
        wait_for(lambda: firefox.evaluate(BADGE) == "Only 2 left", 5, "the badge to move")

        module_shop.kill("live")
        module_shop.change_stock("CUP", "remove", 2)
        module_shop.start("live")
        wait_for(lambda: firefox.evaluate(BADGE) == "Sold out", 20, "the badge to catch up")
