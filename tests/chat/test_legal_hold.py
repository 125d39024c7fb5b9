"""What is kept for the law stays, however late it was said."""

import pytest

from app.chat import queries
from app.chat.errors import RoomClosed, UnknownRoom
from app.chat.keeping import erasure, purging, retention, terms
from app.chat.models import Attachment, Message, Room, RoomEvent
from app.core import storage
from app.core.database import db, read_now, run_transaction, transaction
from tests.chat.past import DAY, attach, messages_of, old_room, write_room
from tests.chat.talking import INES, JUN, open_room


@pytest.mark.parametrize("delete", [retention.keep_to_limits, lambda: retention.purge_log(the_room().id)])
def test_a_hold_that_comes_after_the_look_still_wins(any_app, monkeypatch, delete):
    room = old_room()
    key = attach(db.session.query(Message).filter_by(room_id=room.id).first())
    remove = purging.remove_files_of

    def hold_first(*which):
        with transaction():
            the_room().legal_hold = True
        return remove(*which)

    monkeypatch.setattr(purging, "remove_files_of", hold_first)
    delete()

    db.session.rollback()
    assert storage.exists(key)
    assert db.session.query(Attachment).count() == 1
    assert messages_of(room) == 10
    assert [entry.seq for entry in queries.list_events(room.id, "p", 0)] == list(range(1, room.head_p + 1))


def test_what_is_held_by_now_is_not_settled_either(any_app):
    room = old_room(legal_hold=True)

    assert not retention.purge_log(room.id)

    assert (the_room().min_p, messages_of(room)) == (1, 10)


def test_an_empty_room_that_is_held_by_now_stays(any_app):
    room = write_room(("closed", read_now() - 40 * DAY), legal_hold=True)

    run_transaction(lambda: purging.drop_rooms([room.id]))

    assert the_room().id == room.id
    assert db.session.query(RoomEvent).count() == room.head_p


def test_what_is_being_erased_cannot_be_held_any_more(any_app):
    room = open_room(JUN)
    name = room.public_id
    run_transaction(lambda: erasure.forget(room.id))

    with pytest.raises(RoomClosed, match="being deleted"):
        run_transaction(lambda: terms.hold_for_law(name, True, INES))

    assert erasure.finish_erasures()
    with pytest.raises(UnknownRoom):
        run_transaction(lambda: terms.hold_for_law(name, True, INES))


def the_room():
    return db.session.query(Room).one()
