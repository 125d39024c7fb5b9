"""A desk with one agent who is signed in, and one shopper who waits."""

import pytest

from app.chat.desk import agents
from app.core.database import db, run_transaction
from tests.chat.console.pages import make_agent
from tests.chat.talking import ADA, open_room, say
from tests.security.test_login import sign_in


@pytest.fixture
def mira(app, client):
    """An agent who is signed in, and takes conversations."""
    agent = make_agent()
    run_transaction(lambda: agents.set_status(agent.subject, "online"))
    sign_in(client, "mira@example.test")
    return agent


@pytest.fixture
def room(app):
    """Ada waits, with a question and a note on it."""
    room = open_room(name="Ada Novak", subject="Large vase")
    say(room, ADA, "Is the large one back?")
    db.session.refresh(room)
    return room
