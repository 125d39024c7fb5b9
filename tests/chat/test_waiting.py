"""The line as shoppers and consoles see it: places, expected waits, and what is pushed of both."""

from app.chat.desk import assignment, endings, waiting
from tests.chat.desk import (
    act,
    add_agent,
    add_department,
    ask,
    change_room,
    drain,
    owner_of,
    reread,
    speak,
    wait_in_line,
)
from tests.chat.talking import ADA, MIRA

MINUTE = 60_000


def place(room):
    found = waiting.place_of(reread(room))
    return (found.position, found.waiting, found.band) if found else None


def test_a_place_counts_those_before_in_the_same_department(any_app):
    kilns = add_department("Kilns")
    first = wait_in_line(waited_ms=30_000)
    second = wait_in_line(ADA)
    urgent = wait_in_line(band=2)
    elsewhere = wait_in_line(department_id=kilns)

    assert [place(room) for room in (urgent, first, second, elsewhere)] == [
        (1, 3, 2),
        (2, 3, 0),
        (3, 3, 0),
        (1, 1, 0),
    ]
    assert [each.room_id for each in waiting.list_waiting()] == [urgent.id, first.id, second.id, elsewhere.id]


def test_who_does_not_wait_has_no_place(any_app):
    add_agent(MIRA)

    assert place(ask(ADA)) is None


def test_the_expected_wait_is_what_the_last_ones_waited_and_unknown_before_that(any_app):
    add_agent(MIRA, capacity=9)
    for seconds in (100, 200):
        wait_in_line(waited_ms=seconds * 1000)
        drain()
    assert waiting.place_of(wait_in_line(ADA, waited_ms=50_000)).expected_s is None

    drain()

    # 100, 200 and 50 seconds were waited.
    assert 60 < waiting.place_of(wait_in_line(waited_ms=20_000)).expected_s < 100


def test_whoever_has_waited_longer_than_the_others_is_promised_nothing(any_app):
    add_agent(MIRA, capacity=3)
    for _ in range(3):
        wait_in_line(waited_ms=100_000)
    drain()

    assert waiting.place_of(wait_in_line(waited_ms=200_000)).expected_s is None
    assert 60 < waiting.place_of(wait_in_line(waited_ms=20_000)).expected_s < 100


def of(published, channel):
    return [
        (message["event"], message["data"]) for message in published.seen() if message["channel"] == channel
    ]


def test_the_desk_hears_of_rooms_that_wait_are_given_and_are_free_again(any_app, published):
    add_agent(MIRA)
    room = ask(ADA)
    act(endings.resolve_room, room, MIRA)

    heard = [(event, data) for event, data in of(published, "queue") if event != "agent"]

    assert [event for event, _ in heard] == ["queued", "assigned", "freed"]
    assert heard[1][1] == {
        "room": room.public_id,
        "status": "assigned",
        "assignee": MIRA.subject,
        "department": None,
        "waiting": 0,
        "agent": MIRA.subject,
        "reason": "auto",
    }


def test_who_waits_hears_of_the_place_when_it_changes_and_only_then(any_app, published):
    add_agent(MIRA, status="away")
    first, second = ask(ADA), ask()
    published.clear()

    speak(second, owner_of(second))
    assert of(published, f"room:{second.public_id}")[-1][0] == "message"
    published.clear()
    act(assignment.claim_room, first, MIRA)

    told = [data for event, data in of(published, f"room:{second.public_id}") if event == "place"]
    assert told == [{"room": second.public_id, "position": 1, "waiting": 1}]


def test_a_page_that_asks_says_that_its_shopper_is_here(any_app):
    """Without a script there is no socket that could say it."""
    room = wait_in_line(ADA)
    change_room(room, left_at=room.queued_at)
    client = any_app.test_client()
    with client.session_transaction() as browser:
        browser["visitor"] = "ada"

    assert client.get(f"/support/{room.public_id}").status_code == 200

    assert reread(room).left_at is None
