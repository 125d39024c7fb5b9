"""A whole shop with people in it, one for all tests of a file."""

import pytest

from tests.faults.traffic import EVERYTHING, seed_traffic, traffic
from tests.support.shop import open_shop


@pytest.fixture(scope="module")
def lived_in():
    talks = []
    with open_shop(*EVERYTHING, seed=lambda: seed_traffic(talks), APP_ENV="test") as shop:
        yield shop, talks


@pytest.fixture
def people(lived_in):
    shop, talks = lived_in
    with traffic(shop, talks) as people:
        yield people
