"""What the tests of the owner's pages ask for."""

import pytest

from tests.catalogue.editor import enter
from tests.factories import make_user


@pytest.fixture
def staff(app, client):
    """A browser that is signed in as staff."""
    enter(client, make_user)
    return client
