"""Search: what it finds, what it never shows to whom, and that what it marks is escaped."""

from app.chat.access import Actor
from app.chat.console import search
from app.chat.models import Department
from app.core.database import db, transaction
from tests.chat.console.pages import make_agent
from tests.chat.talking import ADA, JUN, MIRA, open_group, open_room, say

OTTO = Actor("user:otto", "Otto", "agent")
TOMAS = Actor("user:tomas", "Tomas", "staff")


def hits(actor, text):
    return [str(hit.excerpt) for hit in search.search(actor, text).hits]


def make_department():
    with transaction():
        studio = Department(name="Studio")
        db.session.add(studio)
    return studio.id


def test_words_are_found_in_messages_and_notes_whatever_their_case(any_app):
    room = open_room()
    say(room, ADA, "Is the large VASE back?")
    say(room, MIRA, "The vase is in the kiln", stream="i")

    found = search.search(MIRA, "vase").hits

    assert [str(hit.excerpt) for hit in found] == [
        "The <mark>vase</mark> is in the kiln",
        "Is the large <mark>VASE</mark> back?",
    ]
    assert [hit.is_note for hit in found] == [True, False]
    assert found[1].path == f"/staff/chat/rooms/{room.public_id}#m-p-1"


def test_a_room_of_another_department_is_found_by_nobody_else(any_app):
    studio = make_department()
    room = open_room(department_id=studio)
    say(room, ADA, "A secret glaze")
    say(room, MIRA, "secret note", stream="i")

    inside = make_agent("Ines", departments=[studio])

    assert len(hits(inside, "secret")) == 2
    assert hits(OTTO, "secret") == []
    assert hits(TOMAS, "secret") == []
    assert hits(JUN, "secret") == []
    assert hits(ADA, "secret") == []
    assert search.search(OTTO, "guest").people == []


def test_rooms_with_members_are_searched_by_their_members_alone(any_app):
    say(open_group(MIRA, "internal"), MIRA, "Kiln opens at nine")

    assert len(hits(MIRA, "kiln")) == 1
    assert hits(OTTO, "kiln") == []
    assert hits(Actor("user:boss", "Ines", "admin"), "kiln") == []


def test_what_was_said_is_escaped_around_and_in_the_mark(any_app):
    say(open_room(), ADA, "Look: <b>bold</b> & <script>")

    assert hits(MIRA, "<b>") == ["Look: <mark>&lt;b&gt;</mark>bold&lt;/b&gt; &amp; &lt;script&gt;"]
    assert hits(MIRA, "%") == []
    assert hits(MIRA, "_") == []


def test_a_long_message_is_cut_around_the_match(any_app):
    say(open_room(), ADA, "x " * 200 + "needle" + " y" * 200)

    (excerpt,) = hits(MIRA, "needle")

    assert excerpt.startswith("…")
    assert excerpt.endswith("…")
    assert "<mark>needle</mark>" in excerpt
    assert len(excerpt) < 250


def test_results_come_in_pages_newest_first(any_app, monkeypatch):
    monkeypatch.setattr(search, "PAGE", 2)
    room = open_room()
    for number in range(3):
        say(room, ADA, f"vase {number}")

    first = search.search(MIRA, "vase")
    second = search.search(MIRA, "vase", first.more)

    assert [hit.path[-1] for hit in first.hits] == ["3", "2"]
    assert [hit.path[-1] for hit in second.hits] == ["1"]
    assert (second.more, second.people) == (None, [])


def test_people_are_found_by_name_and_address(any_app):
    say(open_room(name="Ada Novak", email="ada@example.test"), ADA, "Hello")

    assert [row.name for row in search.search(MIRA, "novak").people] == ["Ada Novak"]
    assert [row.name for row in search.search(MIRA, "ADA@").people] == ["Ada Novak"]


def test_one_letter_is_no_search(any_app):
    say(open_room(), ADA, "aaa")

    assert hits(MIRA, "a") == []
