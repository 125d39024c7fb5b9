"""A guest who signs in goes on talking, on every device of the account."""

import pytest
import sqlalchemy as sa

from app.chat import queries
from app.chat.access import rights_of
from app.chat.arrivals import follow_login
from app.chat.desk import endings
from app.chat.models import Participant, Room
from app.core.database import db, run_transaction
from tests.chat.desk import add_agent, ask, slots_of
from tests.chat.talking import ADA, JUN, MIRA, open_room, say
from tests.factories import make_product
from tests.orders.buying import ADA as PARTY
from tests.orders.buying import buy


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


def test_all_of_the_guests_rooms_are_taken_before_any_agent_is(any_app, monkeypatch):
    """Whoever has a room may wait for an agent; nobody who has an agent waits for a room."""
    make_product(sku="CUP", stock=3)
    order = buy(PARTY, CUP=1)
    add_agent(MIRA)
    open_room(JUN)
    ask(ADA)
    open_room(ADA, kind="order", order_id=order.id)
    end, free = endings.end, []

    def look(room, reason):
        free.extend(list_free(ADA))
        end(room, reason)

    monkeypatch.setattr(endings, "end", look)
    sign_in()

    assert slots_of(MIRA) == 0
    assert free == []


def list_free(owner):
    """The rooms that nobody has taken. SQLite has one writer at a time, who has them all."""
    if db.engine.dialect.name == "sqlite":
        return []
    with db.engine.connect() as other:
        rooms = sa.select(Room.id).where(Room.owner == owner.subject).with_for_update(skip_locked=True)
        return other.scalars(rooms).all()


@pytest.mark.parametrize("times", [1, 2])
def test_signing_in_again_changes_nothing_more(any_app, times):
    room = open_room(ADA)
    say(room, MIRA)
    for _ in range(times):
        sign_in()

    assert [member.actor for member in queries.list_participants(room.id)].count(JUN.subject) == 1
