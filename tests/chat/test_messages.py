"""Sending: exactly once in the log, one order for everybody, and nothing that must not be stored."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.chat import lines, messages, queries, states
from app.chat.errors import ClientIdReused, RoomClosed
from app.chat.models import Message, RoomEvent
from app.chat.text import normalise
from app.core.database import db, run_transaction
from app.core.errors import Invalid
from tests.chat.talking import ADA, MIRA, open_group, open_room, say

SENDERS = 8


def log_of(room, stream="p"):
    db.session.rollback()
    return [event.seq for event in queries.list_events(room.id, stream, 0)]


def test_the_same_message_sent_again_is_stored_once_and_answered_the_same(any_app):
    room = open_room()
    first = say(room, ADA, "Is the large one back?", client_id="press-one-1")
    again = say(room, ADA, "Is the large one back?", client_id="press-one-1")

    assert (first.duplicate, again.duplicate) == (False, True)
    assert first.message.id == again.message.id
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1


def test_an_old_id_with_another_text_is_refused(any_app):
    room = open_room()
    say(room, ADA, "One", client_id="press-one-1")

    with pytest.raises(ClientIdReused):
        say(room, ADA, "Two", client_id="press-one-1")
    assert [message.body for message in queries.list_messages(room.id, "p")] == ["One"]


def test_two_senders_may_use_the_same_id(any_app):
    room = open_room()

    assert not say(room, ADA, client_id="press-one-1").duplicate
    assert not say(room, MIRA, client_id="press-one-1").duplicate


def test_senders_at_once_each_id_raced_by_two_leave_one_order_without_gaps(any_app):
    room = open_room()
    start, answers = threading.Barrier(SENDERS), []

    def send(number):
        with any_app.app_context():
            mine = queries.find_room(room.public_id)
            start.wait(10)
            for turn in range(10):
                # Two threads share each id.
                posted = say(mine, ADA, f"{number // 2} {turn}", client_id=f"sender-{number // 2}-{turn}")
                answers.append((posted.message.client_id, posted.message.seq, posted.duplicate))

    with ThreadPoolExecutor(SENDERS) as pool:
        for done in [pool.submit(send, number) for number in range(SENDERS)]:
            done.result(60)

    assert len(answers) == SENDERS * 10
    assert len({(client_id, seq) for client_id, seq, _ in answers}) == SENDERS * 5
    assert sum(not duplicate for *_, duplicate in answers) == SENDERS * 5
    seqs = log_of(room)
    assert seqs == list(range(1, len(seqs) + 1))
    stored = [m.seq for m in queries.list_messages(room.id, "p", limit=1000) if m.sender == ADA.subject]
    assert len(stored) == SENDERS * 5


def test_notes_do_not_touch_the_shoppers_sequence(any_app):
    room = open_room()
    say(room, ADA)
    head = log_of(room)
    say(room, MIRA, "Ask the studio", stream="i")

    assert log_of(room) == head
    assert [message.body for message in queries.list_messages(room.id, "i")] == ["Ask the studio"]


@pytest.mark.parametrize("body", ["", "   \n\t", "\u200b\u202e", "x" * 1001, "é" * 1001])
def test_what_is_empty_or_too_long_is_refused_and_nothing_is_written(any_app, body):
    room = open_room()

    with pytest.raises(Invalid):
        say(room, ADA, body)
    assert log_of(room) == []


@pytest.mark.parametrize("body", ["x" * 1000, "e\u0301" * 1000, "👩\u200d🚀" * 333])
def test_a_thousand_code_points_are_let_in_however_they_were_composed(any_app, body):
    posted = say(open_room(), ADA, body)

    assert posted.message.body == normalise(body)


def test_a_card_number_reaches_neither_the_table_nor_the_log_nor_the_outbox(any_app):
    room = open_room()
    say(room, ADA, "It is 4111 1111-1111 1111, thank you")

    found = db.session.scalar(sa.select(Message.body))
    assert "4111" not in found
    assert found.endswith("1111, thank you")


def test_the_id_of_a_masked_message_may_be_sent_again(any_app):
    room = open_room()
    say(room, ADA, "It is 4111111111111111", client_id="press-one-1")

    assert say(room, ADA, "It is 4111111111111111", client_id="press-one-1").duplicate


@pytest.mark.parametrize("client_id", ["short", "x" * 65, "with space 1", "näm-e-1234"])
def test_ids_have_a_shape(any_app, client_id):
    with pytest.raises(Invalid):
        say(open_room(), ADA, client_id=client_id)


def test_a_closed_room_takes_no_message_but_answers_for_an_old_one(any_app):
    room = open_room()
    say(room, ADA, "Bye", client_id="press-one-1")
    run_transaction(lambda: states.move(queries.get_room(room.id), "resolved"))
    run_transaction(lambda: states.move(queries.get_room(room.id), "closed"))

    with pytest.raises(RoomClosed):
        say(room, ADA, "Hello?")
    assert say(room, ADA, "Bye", client_id="press-one-1").duplicate


def test_a_message_that_is_taken_back_keeps_its_number_and_loses_its_words(any_app):
    room = open_group()
    message = say(room, MIRA, "My password is hunter2").message
    before = log_of(room)
    run_transaction(lambda: messages.redact_message(room, message))
    run_transaction(lambda: messages.redact_message(room, message))

    (stored,) = queries.list_messages(room.id, "p")
    assert (stored.seq, stored.body) == (message.seq, "")
    last = db.session.scalar(sa.select(RoomEvent).order_by(RoomEvent.seq.desc()).limit(1))
    assert (last.type, last.message_id) == ("redact", message.id)
    assert log_of(room) == [*before, before[-1] + 1]


def test_our_own_lines_are_said_once(any_app):
    room = open_room()

    assert run_transaction(lambda: lines.say(room, "system", "assigned-000001", "Mira is here."))
    assert run_transaction(lambda: lines.say(room, "system", "assigned-000001", "Mira is here.")) is None
    assert [(m.side, m.body) for m in queries.list_messages(room.id, "p")] == [("system", "Mira is here.")]
