"""What browser tests of several files ask for."""

import pytest

from tests.browser.chatting import Desk, staffed_shop
from tests.support.shop import open_shop


@pytest.fixture(scope="module")
def desk():
    with open_shop(seed=staffed_shop) as shop:
        yield Desk(shop)
