"""What an agent chooses for themselves: status, and how many conversations at once."""

import sqlalchemy as sa

from app.chat.desk import agents
from app.core.database import db, transaction
from tests.chat.console.pages import CONSOLE, post, text
from tests.factories import make_user
from tests.security.test_login import sign_in


def test_an_agent_chooses_a_status_and_how_many_at_once(client, mira):
    assert "Offline" in text(client, CONSOLE)

    post(client, f"{CONSOLE}/status", status="online", capacity="6")

    assert (agents.find_agent(mira.subject).chosen_status, agents.find_agent(mira.subject).capacity) == (
        "online",
        6,
    )
    assert "0 of 6" in text(client, CONSOLE)


def test_a_capacity_that_cannot_be_is_refused(client, mira):
    post(client, f"{CONSOLE}/status", status="online", capacity="900")

    assert "a number between 0 and 50" in text(client, CONSOLE)
    assert agents.find_agent(mira.subject).capacity == 4


def test_with_a_script_a_mistake_is_told_where_it_was_made(client, mira):
    answer = post(
        client, f"{CONSOLE}/status", headers={"HX-Request": "true"}, status="online", capacity="900"
    )

    assert answer.status_code == 422
    assert "a number between 0 and 50" in answer.text
    assert 'id="agent" open' in answer.text
    assert "a number between 0 and 50" not in text(client, CONSOLE)


def test_whoever_opens_the_console_for_the_first_time_becomes_an_agent_by_choosing(client):
    make_user("agent", email="new@example.test", name="Noor")
    sign_in(client, "new@example.test")

    assert "Offline" in text(client, CONSOLE)
    post(client, f"{CONSOLE}/status", status="online")

    assert [each.name for each in agents.list_agents()] == ["Noor"]


def test_typing_and_clicking_keeps_an_agent_from_being_away(client, mira):
    with transaction():
        db.session.execute(sa.text("UPDATE chat_agent SET active_at = 1"))

    assert post(client, f"{CONSOLE}/activity").json == {"noted": True}
    assert post(client, f"{CONSOLE}/activity").json == {"noted": False}
