"""Who is told of an answer: the shopper who was away for half a minute, once, and not after having read it."""

import pytest
import sqlalchemy as sa

from app.chat import notices, reads
from app.chat.messages import redact_message
from app.chat.models import Message, Participant
from app.core.database import db, read_now, run_transaction, transaction
from app.core.mail import Mail
from app.core.outbox import Announcement
from app.notifications.choices import quiet
from app.notifications.mailing import fallback
from tests.chat.desk import add_agent, show_present
from tests.chat.talking import ADA, JONAS, MIRA, open_group, open_room, say
from tests.notifications.devices import subscribe
from tests.notifications.heard import heard, is_relevant, pushes, titles, unread

AWAY = notices.AWAY_MS


@pytest.fixture
def room(any_app):
    """ADA has asked something, and has gone."""
    show_present(channel="connected")
    room = open_room(ADA, name="Ada", email="ada@example.test")
    say(room, ADA)
    return room


def pass_time(ms=AWAY + 1_000):
    """As if what was said, and the absence, had been so much earlier."""
    with transaction():
        db.session.execute(sa.update(Message).values(created_at=Message.created_at - ms))
        db.session.execute(sa.update(Participant).values(away_since=Participant.away_since - ms))


def look(ms=AWAY + 1_000):
    """The clock's first look finds somebody gone, its later one that they have not come back."""
    notices.tell_away()
    pass_time(ms)
    return notices.tell_away()


def read(room, seq=99):
    run_transaction(lambda: reads.mark_read(room, ADA.subject, "p", seq))


def test_an_answer_is_told_after_half_a_minute(room):
    subscribe(ADA.subject)
    say(room, MIRA, "It is dishwasher safe.")

    assert look(AWAY - 1_000) == 0
    assert look(2_000) == 1

    (news,) = heard()
    assert (news.subject, news.title) == (ADA.subject, "Mira answered you")
    assert (news.body, news.url) == (
        "1 new message in your conversation with us.",
        f"/support/{room.public_id}",
    )
    assert pushes() == [("Mira answered you", "pending")]


def test_what_was_said_is_nowhere_in_it(room):
    say(room, MIRA, "Your address is Quay 1")
    look()

    assert "Quay" not in str([heard()[0].facts, heard()[0].body, heard()[0].title])


def test_it_is_told_once_however_often_the_clock_looks(room):
    say(room, MIRA)
    look()

    assert [notices.tell_away(), look(), look()] == [0, 0, 0]
    assert len(heard()) == 1


def test_several_at_once_are_one_and_later_ones_another_that_replaces_it(room):
    subscribe(ADA.subject)
    say(room, MIRA), say(room, MIRA), say(room, JONAS)
    look()
    assert (heard()[0].title, heard()[0].body.split(" in ")[0]) == ("Jonas answered you", "3 new messages")

    say(room, MIRA)
    assert notices.tell_away() == 0
    look()

    assert heard()[1].body.startswith("4 new messages")
    assert [state for _, state in pushes()] == ["suppressed", "pending"]
    assert [each.email_state for each in heard()] == ["skipped", "due"]
    assert unread() == ["Mira answered you"]


def test_whoever_is_there_is_not_told_and_absence_counts_from_when_they_go(room):
    say(room, MIRA)
    show_present(ADA, channel="connected")
    assert look() == 0

    show_present(channel="connected")
    assert notices.tell_away() == 0
    assert look() == 1


def test_from_one_page_to_the_next_nobody_is_away(room):
    """The socket is closed for a moment, just when the clock looks."""
    say(room, MIRA)
    notices.tell_away()
    show_present(ADA, channel="connected")
    pass_time()
    notices.tell_away()
    show_present(channel="connected")

    assert notices.tell_away() == 0


def test_what_is_read_in_time_is_not_told(room):
    say(room, MIRA)
    notices.tell_away()
    read(room)
    pass_time()

    assert notices.tell_away() == 0


def test_reading_settles_it(room):
    say(room, MIRA)
    look()
    news = heard()[0]
    assert is_relevant(news)

    read(room)

    assert (unread(), is_relevant(news)) == ([], False)


def test_reading_only_a_part_leaves_it(room):
    first = say(room, MIRA).message.seq
    say(room, MIRA)
    look()
    read(room, first)

    assert unread() == ["Mira answered you"]


def test_notes_of_the_staff_and_lines_of_our_own_are_no_answer(room):
    add_agent()
    say(room, MIRA, "A difficult one", stream="i")

    assert (look(), titles()) == (0, [])


def test_what_the_shopper_says_and_what_is_said_among_staff_is_told_to_nobody(room):
    group = open_group(MIRA, "internal", JONAS)
    say(group, MIRA)
    say(room, ADA)

    assert (look(), titles()) == (0, [])


def test_what_was_taken_back_is_not_told(room):
    message = say(room, MIRA).message
    run_transaction(lambda: redact_message(room, message))

    assert look() == 0


def test_what_is_an_hour_old_is_no_news(room):
    say(room, MIRA)
    pass_time(notices.NEWS_MS)

    assert look() == 0


def test_who_is_mailed_is_who_asked(room):
    about = f"room:{room.public_id}"

    assert notices.find_address(ADA.subject, about) == "ada@example.test"
    assert notices.find_address(JONAS.subject, about) is None
    assert notices.find_address(ADA.subject, "room:none") is None


def test_an_answer_to_a_guest_who_left_is_mailed(room):
    """Nobody was there to answer, and the shopper has gone."""
    say(room, MIRA)
    look()

    assert [fallback.send_due(), fallback.send_due()] == [1, 0]

    db.session.rollback()
    mail = db.session.scalars(sa.select(Mail)).one()
    assert (mail.to, mail.subject) == ("ada@example.test", "Mira answered you")
    assert "1 new message in your conversation" in mail.body


def test_quiet_hours_do_not_hold_it_back(room):
    with transaction():
        quiet.set_pause(ADA.subject, read_now() + 3_600_000)
    say(room, MIRA)
    look()

    assert heard()[0].not_before == heard()[0].created_at


def test_without_knowing_who_is_there_nobody_is_told(room, redis):
    say(room, MIRA)
    notices.tell_away()
    redis.flushall()
    pass_time()

    assert notices.tell_away() == 0


def test_an_event_that_comes_again_or_of_a_room_that_is_gone_harms_nothing(room):
    say(room, MIRA)
    look()
    for key in (f"{room.public_id} {ADA.subject}", f"none {ADA.subject}"):
        for _ in range(2):
            notices.chat_read(Announcement(1, reads.READ, key, 1))

    assert unread() == ["Mira answered you"]
    assert not is_relevant(heard()[0].__class__(category="chat_reply", about="room:none", facts={"seq": 1}))
