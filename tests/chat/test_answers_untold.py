"""Answers that cannot be told, or need not be: they keep nobody else from theirs."""

from functools import partial

import pytest

from app.chat import notices
from app.chat.access import Actor
from app.chat.messages import redact_message
from app.core.database import run_transaction
from tests.chat.desk import show_present
from tests.chat.talking import ADA, JUN, MIRA, open_room, say
from tests.chat.test_notices import look
from tests.notifications.heard import heard, is_relevant, titles

BOT = Actor("ext:ada", "Ada", "guest")


@pytest.fixture
def ask(any_app):
    """Somebody asks, and goes."""
    show_present(channel="connected")

    def ask(actor):
        room = open_room(actor)
        say(room, actor)
        return room

    return ask


def redact(room, message):
    run_transaction(lambda: redact_message(room, message))


def test_an_answer_that_is_taken_back_in_the_last_moment_is_not_told(ask):
    room = ask(ADA)
    message = say(room, MIRA).message
    (row,) = notices.find_unread(after=0)
    redact(room, message)

    assert run_transaction(partial(notices.tell, row)) is False
    assert titles() == []


def test_an_answer_that_is_taken_back_after_it_was_told_is_not_sent(ask):
    room = ask(ADA)
    first, second = say(room, MIRA).message, say(room, MIRA).message
    look()
    (news,) = heard()
    redact(room, first)
    assert is_relevant(news)

    redact(room, second)
    say(room, MIRA, "Another one, which is told when its time comes")

    assert not is_relevant(news)


def test_a_shopper_who_cannot_be_told_hides_no_other(ask, monkeypatch):
    for actor in (ADA, JUN):
        say(ask(actor), MIRA)
    list_names = notices.list_names

    def fail(row):
        if row.actor == ADA.subject:
            raise RuntimeError("broken")
        return list_names(row)

    monkeypatch.setattr(notices, "list_names", fail)
    monkeypatch.setattr(notices, "MOST_AT_ONCE", 1)

    assert look() == 1
    assert [each.subject for each in heard()] == [JUN.subject]


def test_more_than_one_page_of_shoppers_are_told_at_once(ask, monkeypatch):
    for actor in (ADA, JUN):
        say(ask(actor), MIRA)
    monkeypatch.setattr(notices, "MOST_AT_ONCE", 1)

    assert look() == 2


def test_whom_a_program_speaks_for_is_not_told(ask):
    say(ask(BOT), MIRA)

    assert (look(), titles()) == (0, [])
