"""Whoever the tests of conversations ask for again and again."""

import pytest

from app.chat.access import Actor
from tests.factories import make_user
from tests.security.test_login import sign_in


@pytest.fixture
def jun(app, client):
    """A shopper who is signed in."""
    user = make_user(email="jun@example.com", name="Jun")
    sign_in(client, user.email)
    return Actor(f"user:{user.public_id}", user.name, "shopper")
