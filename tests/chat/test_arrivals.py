"""A guest who signs in goes on talking, on every device of the account."""

import pytest

from app.chat import queries
from app.chat.access import rights_of
from app.chat.arrivals import follow_login
from app.chat.models import Participant
from app.core.database import db, run_transaction
from tests.chat.talking import ADA, JUN, MIRA, open_room, say


def sign_in():
    run_transaction(lambda: follow_login(None, guest=ADA.subject, owner=JUN.subject))


def test_the_guests_conversation_becomes_the_accounts_with_what_was_read(any_app):
    room = open_room(ADA)
    say(room, ADA)
    db.session.get(Participant, (room.id, ADA.subject)).read_p = 1
    db.session.commit()
    sign_in()

    assert queries.find_live_room(JUN.subject).id == room.id
    assert db.session.get(Participant, (room.id, JUN.subject)).read_p == 1
    assert not rights_of(ADA, queries.get_room(room.id))
    assert [message.body for message in queries.list_messages(room.id, "p")][0] == "Hello"


def test_of_two_conversations_the_accounts_own_goes_on(any_app):
    own, guests = open_room(JUN), open_room(ADA)
    say(own, JUN)
    say(guests, ADA)
    sign_in()

    assert queries.find_live_room(JUN.subject).id == own.id
    assert queries.find_current_room(JUN.subject).id == own.id
    ended = queries.get_room(guests.id)
    assert (ended.status, ended.owner, ended.close_reason) == ("resolved", JUN.subject, "merged")


@pytest.mark.parametrize("times", [1, 2])
def test_signing_in_again_changes_nothing_more(any_app, times):
    room = open_room(ADA)
    say(room, MIRA)
    for _ in range(times):
        sign_in()

    assert [member.actor for member in queries.list_participants(room.id)].count(JUN.subject) == 1
