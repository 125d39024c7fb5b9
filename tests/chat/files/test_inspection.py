"""The job that looks into a file: what the room sees of it before and after, however often it runs and dies."""

import pytest

from app.chat import queries
from app.chat.files import inspection
from app.chat.files.inspection import inspect_file
from app.chat.files.removal import remove_file
from app.chat.models import RoomEvent
from app.core import storage
from app.core.database import db
from tests.chat.files import samples
from tests.chat.files.sending import all_blobs, file_of, send, send_checked, stored
from tests.chat.talking import MIRA, open_room


def told(room, stream="p"):
    return [(event.type, event.message_id) for event in queries.list_events(room.id, stream, 0)]


def test_a_picture_is_made_anew_and_everybody_is_shown_it(any_app, published):
    room = open_room()
    posted = send(room, samples.image_with_place(), "kiln.jpg")
    published.clear()

    inspect_file(file_of(posted).id)

    file = file_of(posted)
    assert (file.state, file.width, file.height) == ("clean", 400, 600)
    assert file.size == len(stored(file.storage_key))
    assert b"Secret" not in stored(file.storage_key)
    assert all_blobs() == sorted([file.storage_key, file.thumbnail_key]), "what was sent is gone"
    assert told(room)[-2:] == [("message", posted.message.id), ("change", posted.message.id)]
    (message,) = published.wait_for(1)
    assert (message["channel"], message["event"]) == (f"room:{room.public_id}", "change")
    shown = message["content"]["en"]
    assert f'src="{file.path}/thumbnail" width="160" height="240"' in shown
    assert 'alt="Picture: kiln.jpg"' in shown


@pytest.mark.parametrize(("body", "name"), [(samples.TEXT, "notes.txt"), (samples.PDF, "invoice.pdf")])
def test_other_files_stay_as_they_are_and_can_be_saved(app, published, body, name):
    room = open_room()
    posted = send(room, body, name)
    published.clear()

    inspect_file(file_of(posted).id)

    file = file_of(posted)
    assert (file.state, stored(file.storage_key)) == ("clean", body)
    (message,) = published.wait_for(1)
    assert f'href="{file.path}" download' in message["content"]["en"]
    assert f"{file.size} Bytes" in message["content"]["en"]


@pytest.mark.parametrize(
    ("body", "name", "reason"),
    [
        (samples.png_bomb(30_000, 30_000), "bomb.png", "25 megapixels"),
        (samples.many_frames(101), "moving.gif", "101 frames"),
        (samples.image("JPEG")[:400], "half.jpg", "cannot be read"),
        (b"GIF89a" + samples.PHP, "shell.gif", "cannot be read"),
        (samples.pdf_with(b"1 0 obj<</S/JavaScript>>endobj"), "invoice.pdf", "holds a program"),
    ],
)
def test_a_rejected_file_is_deleted_and_everybody_reads_why(app, published, body, name, reason):
    room = open_room()
    posted = send(room, body, name)
    published.clear()

    inspect_file(file_of(posted).id)

    file = file_of(posted)
    assert file.state == "rejected"
    assert reason in file.reason
    assert all_blobs() == []
    (message,) = published.wait_for(1)
    assert f"Not shared. {file.reason}".replace("'", "&#39;") in message["content"]["en"]
    assert "<img" not in message["content"]["en"] and "<a" not in message["content"]["en"]


def test_while_it_is_checked_nobody_is_given_a_way_to_it(app, published):
    send(open_room(), samples.image(), "<b>vase.jpg")

    shown = published.wait_for(1)[-1]["content"]["en"]

    assert "Being checked" in shown and "&lt;b&gt;vase.jpg" in shown
    assert "/chat/files/" not in shown


def test_a_file_in_a_note_is_told_to_the_desk_alone(app, published):
    room = open_room()
    send_checked(room, samples.TEXT, "notes.txt", MIRA, stream="i")

    assert {message["channel"] for message in published.seen()} == {f"room:{room.public_id}:staff"}
    assert told(room) == []
    assert [kind for kind, _ in told(room, "i")] == ["message", "change"]


def test_a_second_run_does_nothing(any_app):
    file = send_checked(open_room(), samples.image())
    before, events = all_blobs(), db.session.query(RoomEvent).count()

    inspect_file(file.id)
    inspect_file(999)

    assert all_blobs() == before
    assert db.session.query(RoomEvent).count() == events


@pytest.mark.parametrize("line", ["settle", "drop_blob"])
def test_a_job_that_dies_is_finished_by_the_next_run(app, monkeypatch, line):
    """Before it has written down what it found, and before it has deleted what was sent."""
    posted = send(open_room(), samples.image())
    file_id = file_of(posted).id

    def die(*_, **__):
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(inspection, line, die)
        inspect_file(file_id)
    db.session.rollback()
    inspect_file(file_id)

    file = file_of(posted)
    assert file.state == "clean"
    left = set(all_blobs()) - {file.storage_key, file.thumbnail_key}
    assert left == (set() if line == "settle" else {f"{file.storage_key[:32]}.jpg"}), "the sweep takes it"


def test_a_file_that_is_taken_away_while_it_is_checked_leaves_nothing(app, monkeypatch):
    posted = send(open_room(), samples.image())
    make_harmless = inspection.make_harmless

    def make_and_lose(file):
        values = make_harmless(file)
        remove_file(file_of(posted))
        return values

    monkeypatch.setattr(inspection, "make_harmless", make_and_lose)
    inspect_file(file_of(posted).id)

    assert all_blobs() == []


def test_a_file_whose_bytes_are_lost_says_so(app):
    posted = send(open_room(), samples.image())
    storage.delete(file_of(posted).storage_key)

    inspect_file(file_of(posted).id)

    assert file_of(posted).reason == "The file was lost. Send it again."
