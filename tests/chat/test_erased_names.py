"""What others keep loses the name of whoever wants to be forgotten."""

from app.chat.keeping import erasure
from app.chat.models import Message, Participant, Room
from app.core.database import db, transaction
from tests.chat.talking import ADA, JUN, MIRA, open_group, open_room, say


def test_what_others_keep_loses_the_name(any_app):
    group = open_group(MIRA, "group", JUN)
    say(group, JUN, "See you there")

    erasure.erase_shopper(JUN.subject, "")

    line = db.session.query(Message).populate_existing().filter_by(sender=JUN.subject).one()
    member = db.session.query(Participant).populate_existing().filter_by(actor=JUN.subject).one()
    assert (line.sender_name, line.body, member.name) == (
        "Somebody who left",
        "See you there",
        "Somebody who left",
    )


def test_an_agent_who_shops_keeps_the_name_under_what_they_answered(any_app):
    answered, group, internal = open_room(ADA), open_group(MIRA), open_group(MIRA, "internal")
    for room in (answered, group, internal):
        say(room, MIRA)

    erasure.erase_shopper(MIRA.subject, "")

    db.session.rollback()
    named = db.session.query(Message.room_id, Message.sender_name).filter_by(sender=MIRA.subject).distinct()
    assert dict(map(tuple, named)) == {
        answered.id: "Mira",
        group.id: "Somebody who left",
        internal.id: "Mira",
    }


def test_names_are_taken_away_a_few_at_a_time_and_not_from_what_is_held(any_app, monkeypatch):
    monkeypatch.setattr(erasure, "CHUNK", 2)
    group, held = open_group(MIRA, "group", JUN), open_group(MIRA, "group", JUN)
    for number in range(5):
        say(group, JUN, f"Line {number}")
    say(held, JUN)
    with transaction():
        db.session.get(Room, held.id).legal_hold = True
    taken, rename = [], erasure.rename_some
    monkeypatch.setattr(erasure, "rename_some", lambda *which: taken.append(rename(*which)) or taken[-1])

    erasure.erase_shopper(JUN.subject, "")

    assert taken == [2, 2, 1, 0, 1, 0]
    names = db.session.query(Message.sender_name).filter_by(room_id=held.id).all()
    assert [tuple(each) for each in names] == [("Jun",)]
