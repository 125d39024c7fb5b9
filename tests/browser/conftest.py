"""What browser tests of several files ask for."""

import pytest

from tests.browser.chatting import Desk, staffed_shop
from tests.browser.told import ADA, TOMAS, Teller, people, sign_in
from tests.support.shop import open_shop


@pytest.fixture(scope="module")
def desk():
    with open_shop(seed=staffed_shop) as shop:
        yield Desk(shop)


@pytest.fixture(scope="module")
def teller():
    with open_shop(seed=people) as shop:
        yield Teller(shop)


@pytest.fixture(scope="module")
def visits(teller, browser):
    """The cookies of everybody, signed in once: the shop takes few logins a minute."""
    return {email: sign_in(browser, teller.url, email) for email in (ADA, TOMAS)}


@pytest.fixture
def visit(visits, new_page):
    def open_page(email=ADA, width=1440, **options):
        return new_page(viewport={"width": width, "height": 900}, storage_state=visits[email], **options)

    return open_page


@pytest.fixture
def ada(teller, visit):
    """A page of hers with nothing unread."""
    teller.read_all()
    return visit()
