"""The agents' list: what is in its tabs, in which order, and what it counts."""

import sqlalchemy as sa

from app.chat import lines, queries
from app.chat.access import Actor
from app.chat.console import inbox
from app.chat.console.inbox import InboxQuery
from app.chat.desk.wait_timers import span, timer_of
from app.chat.models import Participant, Room
from app.core.database import db, read_now, run_transaction, transaction
from tests.chat.talking import ADA, INES, MIRA, open_room, say

BEA = Actor("visitor:bea", "Guest", "guest")
CAI = Actor("user:cai", "Cai Ito", "shopper")
MINUTE = 60_000


def set_room(room, **values):
    with transaction():
        db.session.execute(sa.update(Room).where(Room.id == room.id).values(**values))
    db.session.refresh(room)


def waiting_room(actor, since, **details):
    room = open_room(actor, **details)
    say(room, actor, f"Hello from {actor.subject}")
    set_room(room, status="queued", queued_at=since, last_shopper_at=since, assignee=None)
    return room


def names(actor, **query):
    return [row.name for row in inbox.read_inbox(actor, InboxQuery(**query)).rows]


def test_whoever_waits_longest_comes_first_or_whoever_wrote_last(any_app):
    now = read_now()
    waiting_room(ADA, now - 5 * MINUTE, name="Ada")
    waiting_room(BEA, now - 9 * MINUTE, name="Bea")
    answered = waiting_room(CAI, now - MINUTE, name="Cai")
    set_room(answered, status="waiting", last_agent_at=now)

    assert names(INES, tab="all", sort="wait") == ["Bea", "Ada", "Cai"]
    assert names(INES, tab="all", sort="new") == ["Cai", "Ada", "Bea"]
    assert names(INES, tab="waiting") == ["Bea", "Ada"]


def test_mine_are_those_assigned_to_me_and_not_over(any_app):
    now = read_now()
    mine, over = waiting_room(ADA, now, name="Ada"), waiting_room(BEA, now, name="Bea")
    set_room(mine, status="open", assignee=MIRA.subject)
    set_room(over, status="resolved", assignee=MIRA.subject)
    waiting_room(CAI, now, name="Cai")

    assert names(MIRA, tab="mine") == ["Ada"]
    assert inbox.read_inbox(MIRA, InboxQuery()).counts == {"mine": 1, "waiting": 1}
    assert inbox.count_waiting(MIRA) == 1


def test_the_filter_finds_names_addresses_and_subjects_whatever_their_case(any_app):
    waiting_room(ADA, read_now(), name="Ada 100%", email="ada@example.test")
    waiting_room(BEA, read_now(), name="Bea", subject="Chipped rim")

    assert names(INES, tab="all", text="CHIPPED") == ["Bea"]
    assert names(INES, tab="all", text="ada@") == ["Ada 100%"]
    assert names(INES, tab="all", text="0%") == ["Ada 100%"]
    assert names(INES, tab="all", text="%") == ["Ada 100%"]


def test_a_shopper_without_a_name_in_the_form_has_that_of_the_account(any_app):
    waiting_room(CAI, read_now())
    waiting_room(ADA, read_now())

    assert sorted(names(INES, tab="all")) == ["Cai Ito", "Guest"]
    assert names(INES, tab="all", text="ito") == ["Cai Ito"]


def test_a_line_says_what_was_said_last_and_how_much_is_unread(any_app):
    room = waiting_room(ADA, read_now(), name="Ada")
    say(room, ADA, "Is it back?")
    say(room, MIRA, "A note that no list shows", stream="i")

    row = inbox.read_row(MIRA, queries.get_room(room.id))

    assert (row.last_line, row.last_by, row.unread, row.initials) == ("Is it back?", "", 2, "A")


def test_what_was_read_and_what_the_shop_says_itself_is_not_unread(any_app):
    room = waiting_room(ADA, read_now())
    say(room, ADA, "Second")
    run_transaction(lambda: lines.say(room, "system", "hello-mira", "Mira is here."))
    with transaction():
        db.session.add(
            Participant(room_id=room.id, actor=MIRA.subject, role="agent", name="Mira", joined_at=1, read_p=2)
        )

    assert inbox.read_row(MIRA, queries.get_room(room.id)).unread == 0
    assert inbox.read_row(INES, queries.get_room(room.id)).unread == 2


def test_what_was_answered_has_been_read_even_if_nobody_said_so(any_app):
    room = waiting_room(ADA, read_now())
    say(room, MIRA, "An answer")
    say(room, ADA, "And now?")

    assert inbox.read_row(MIRA, queries.get_room(room.id)).unread == 1


def test_a_page_of_the_list_has_a_next_one(any_app, monkeypatch):
    monkeypatch.setattr(inbox, "PAGE", 2)
    for number in range(3):
        waiting_room(Actor(f"visitor:{number}", "Guest", "guest"), read_now() - number * MINUTE)

    first, second = (inbox.read_inbox(INES, InboxQuery(tab="all", page=page)) for page in (1, 2))

    assert (len(first.rows), first.has_more) == (2, True)
    assert (len(second.rows), second.has_more) == (1, False)


def test_a_wait_turns_urgent_by_the_band_it_began_in(app):
    room = waiting_room(ADA, 1_000_000)
    for band, moments in {0: (240_000, 360_000), 2: (0, 120_000), 3: (0, 0)}.items():
        set_room(room, band=band)
        timer = timer_of(room)
        assert (timer.warn_at - 1_000_000, timer.late_at - 1_000_000) == moments

    assert timer.words(1_000_000 + 3 * MINUTE) == "Long wait 3 min"
    assert timer.level(1_000_000) == "late"


def test_a_reply_that_is_due_is_counted_down_and_then_overdue(app):
    room = waiting_room(ADA, 1_000_000)
    set_room(room, status="assigned", assigned_at=1_000_000, reply_due_at=1_060_000)

    timer = timer_of(room)

    assert timer.words(1_020_000) == "Reply in 40 s"
    assert (timer.words(1_180_000), timer.level(1_180_000)) == ("Overdue 2 min", "late")


def test_nobody_waits_for_the_desk_when_the_agent_spoke_last(app):
    room = waiting_room(ADA, 1_000_000)
    set_room(room, status="open", last_agent_at=2_000_000)

    assert timer_of(room) is None


def test_spans_are_told_in_the_largest_unit_that_fits():
    assert [span(ms) for ms in (-5, 900, 59_000, 61_000, 7_300_000, 200_000_000)] == [
        "0 s",
        "0 s",
        "59 s",
        "1 min",
        "2 h",
        "2 d",
    ]
