"""What a message does to its room: whose turn it is, since when, and who has a slot for it."""

from datetime import UTC, datetime

import sqlalchemy as sa

from app.chat import bubbles
from app.chat.desk import assignment
from app.chat.models import Assignment, OpeningTime, RoomEvent
from app.core.database import db, transaction
from tests.chat.desk import (
    act,
    add_agent,
    add_department,
    age,
    ask,
    change_agent,
    check_counters,
    lines_of,
    pass_time,
    reread,
    slots_of,
    speak,
    turns_of,
)
from tests.chat.talking import ADA, INES, JONAS, MIRA, open_group, open_room

HOUR = 3600_000


def statuses_of(room):
    db.session.rollback()
    entries = sa.select(RoomEvent.payload).where(RoomEvent.room_id == room.id, RoomEvent.type == "status")
    return [payload["status"] for payload in db.session.scalars(entries.order_by(RoomEvent.seq))]


def test_the_first_message_queues_the_room_and_an_agent_gets_it_at_once(any_app):
    add_agent()

    room = ask(ADA)

    assert (room.status, room.assignee, room.slot_until) == ("assigned", MIRA.subject, None)
    assert room.queued_at == room.first_shopper_at == room.last_shopper_at
    assert room.reply_due_at - room.assigned_at == 60_000
    assert statuses_of(room) == ["queued", "assigned"]
    assert lines_of(room) == ["Mira is here."]
    check_counters()


def test_with_nobody_there_it_stays_offline_until_somebody_is(any_app):
    room = ask(ADA)
    assert (room.status, room.first_shopper_at is not None) == ("offline", True)

    add_agent()
    pass_time(room)

    assert (room.status, room.assignee) == ("assigned", MIRA.subject)


def test_outside_business_hours_it_stays_offline_though_an_agent_is_there(any_app):
    add_agent()
    with transaction():
        # One minute a week, some days from now.
        weekday = (datetime.now(UTC).weekday() + 3) % 7
        db.session.add(OpeningTime(weekday=weekday, opens=0, closes=1))

    assert ask(ADA).status == "offline"


def test_a_department_without_anybody_does_not_queue_though_another_is_staffed(any_app):
    empty, staffed = add_department("Kilns"), add_department("Glazes")
    add_agent(departments=(staffed,))

    assert ask(department_id=empty).status == "offline"
    assert ask(department_id=staffed).status == "assigned"


def test_who_is_away_staffs_the_desk_but_gets_nothing(any_app):
    add_agent(status="away")

    assert ask(ADA).status == "queued"


def test_the_first_answer_opens_the_room_and_it_is_the_shoppers_turn(any_app):
    add_agent()
    room = ask(ADA)

    speak(room, MIRA)

    assert statuses_of(room) == ["queued", "assigned", "open"]
    assert room.status == "waiting"
    assert room.first_reply_at == room.last_agent_at
    assert room.reply_due_at is None
    assert room.slot_until == room.last_agent_at + 600_000
    replied = db.session.scalar(sa.select(Assignment.first_reply_at).where(Assignment.room_id == room.id))
    assert replied == room.first_reply_at


def test_the_shoppers_answer_opens_it_again_for_the_same_agent(any_app):
    add_agent()
    room = ask(ADA)
    speak(room, MIRA)
    first = room.first_reply_at

    speak(room, ADA)
    assert (room.status, room.assignee, room.slot_until) == ("open", MIRA.subject, None)
    speak(room, MIRA)

    assert (room.status, room.first_reply_at) == ("waiting", first)
    assert slots_of(MIRA) == 1
    check_counters()


def test_a_message_tells_whose_turn_it_is_and_needs_no_entry_of_its_own(any_app):
    add_agent()
    room = ask(ADA)
    speak(room, MIRA)
    head = room.head_p

    speak(room, ADA)

    (told,) = bubbles.read_log(room, "p", head).told
    assert (told.type, told.data["status"]) == ("message", "open")


def test_notes_programs_and_our_own_lines_change_nothing(any_app):
    add_agent()
    room = ask(ADA)
    before = room.version

    speak(room, MIRA, "Careful, the glaze cracks.", stream="i")

    assert (room.status, room.version) == ("assigned", before)


def test_rooms_with_members_have_no_queue(any_app):
    room = open_group()

    assert speak(room, MIRA).status == "open"
    assert (room.queued_at, room.last_agent_at) == (None, None)


def test_another_agents_answer_makes_them_a_participant_and_the_assignee_is_told_once(any_app):
    add_agent()
    room = ask(ADA)

    speak(room, JONAS)
    speak(room, JONAS)

    assert (room.status, room.assignee) == ("waiting", MIRA.subject)
    assert lines_of(room, "i") == ["Jonas answers here too."]
    replied = db.session.scalar(sa.select(Assignment.first_reply_at).where(Assignment.room_id == room.id))
    assert replied is None
    assert room.first_reply_at is not None


def test_after_ten_minutes_the_slot_is_free_and_taken_again_when_the_shopper_writes(any_app):
    add_agent(capacity=1)
    room = ask(ADA)
    speak(room, MIRA)

    age(room, 601_000)
    pass_time(room)
    assert (room.status, room.slot_until, slots_of(MIRA)) == ("waiting", 0, 0)

    speak(room, ADA)
    assert (room.status, room.assignee, slots_of(MIRA)) == ("open", MIRA.subject, 1)
    check_counters()


def test_a_shopper_whose_agent_is_full_by_then_stands_in_front_of_the_others(any_app):
    add_agent(capacity=1)
    room = ask(ADA)
    speak(room, MIRA)
    age(room, 601_000)
    pass_time(room)
    other = ask()
    newcomer = ask()
    assert (other.status, newcomer.status) == ("assigned", "queued")

    speak(room, ADA)

    assert (room.status, room.assignee) == ("queued", None)
    assert room.queued_at < reread(newcomer).queued_at
    assert turns_of(room) == [(MIRA.subject, "auto", "released")]
    check_counters()


def test_a_shopper_who_writes_to_an_agent_who_has_gone_goes_to_another(any_app):
    add_agent()
    room = ask(ADA)
    speak(room, MIRA)
    change_agent(MIRA, lease_until=0)
    add_agent(JONAS)

    speak(room, ADA)

    assert (room.status, room.assignee) == ("assigned", JONAS.subject)
    assert slots_of(MIRA) == 0


def test_a_supervisor_answers_in_a_room_in_the_queue_without_taking_it(any_app):
    add_agent(status="away")
    room = ask(ADA)

    speak(room, INES)

    assert (room.status, room.assignee) == ("queued", None)
    assert room.first_reply_at == room.last_agent_at


def test_an_agent_claims_what_was_left_and_answers_it(any_app):
    room = ask(ADA)
    add_agent(status="away")

    act(assignment.claim_room, room, MIRA)

    assert (room.status, room.assignee) == ("assigned", MIRA.subject)
    assert statuses_of(room) == ["queued", "assigned"]


def test_an_empty_room_is_not_queued(any_app):
    add_agent()

    assert pass_time(open_room(ADA)).status == "offline"
