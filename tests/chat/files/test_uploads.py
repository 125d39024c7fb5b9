"""Sending files: once, counted, and written down before anybody is told."""

import threading

import pytest

from app.chat import filters, queries
from app.chat.access import Actor
from app.chat.errors import ClientIdReused, RoomClosed, UnknownRoom
from app.chat.files import uploads
from app.chat.files.errors import FilesOff, TooManyFiles, UnsupportedFile
from app.chat.filters import Blocked
from app.chat.models import Attachment, FilterRule, Message
from app.core import storage
from app.core.database import db, transaction
from app.core.errors import Forbidden, Invalid
from app.core.outbox_rows import OutboxEvent
from tests.chat.files import samples
from tests.chat.files.sending import all_blobs, file_of, send, stored
from tests.chat.talking import ADA, JONAS, MIRA, open_room, say

JPEG = samples.image("JPEG")


def count(model):
    return db.session.query(model).count()


def jobs():
    rows = db.session.query(OutboxEvent).filter_by(topic="job").order_by(OutboxEvent.id)
    return [(row.payload["function"], row.payload["ids"]) for row in rows]


def test_a_file_is_a_message_that_waits_for_its_check(any_app):
    room = open_room()

    posted = send(room, JPEG, "My vase.jpg")

    file = file_of(posted)
    assert (posted.message.kind, posted.message.body, posted.duplicate) == ("file", "My vase.jpg", False)
    assert (file.state, file.name, file.media_type, file.size) == (
        "scanning",
        "My vase.jpg",
        "image/jpeg",
        len(JPEG),
    )
    assert (file.uploader, file.room_id, file.stream) == (ADA.subject, room.id, "p")
    assert stored(file.storage_key) == JPEG
    assert file.storage_key.endswith(".jpg") and "vase" not in file.storage_key
    assert jobs() == [("app.chat.files.inspection.inspect_file", [file.id])]
    assert queries.list_events(room.id, "p", 0)[-1].message_id == posted.message.id


def test_the_same_id_with_the_same_file_is_one_message(any_app):
    room = open_room()
    first = send(room, JPEG, client_id="press-one")

    again = send(room, JPEG, client_id="press-one")

    assert (again.message.id, again.duplicate) == (first.message.id, True)
    assert (count(Message), count(Attachment), len(all_blobs())) == (1, 1, 1)


def test_the_same_id_with_another_file_or_text_is_refused(any_app):
    room = open_room()
    send(room, JPEG, client_id="press-one")

    with pytest.raises(ClientIdReused):
        send(room, samples.image("JPEG", (5, 5)), client_id="press-one")

    assert len(all_blobs()) == 1


def test_a_file_does_not_answer_for_a_text_of_the_same_id(app):
    room = open_room()
    say(room, ADA, "vase.jpg", client_id="press-one")

    with pytest.raises(ClientIdReused):
        send(room, JPEG, client_id="press-one")


def test_two_who_send_the_same_at_once_write_one_message(any_app, monkeypatch):
    """Both have looked for an earlier message before either has written one."""
    room_id, met = open_room().id, threading.Barrier(2, timeout=10)
    find = queries.find_message

    def find_together(*arguments):
        found = find(*arguments)
        if not hasattr(seen, "met"):
            seen.met = True
            met.wait()
        return found

    seen, answers = threading.local(), []
    monkeypatch.setattr(queries, "find_message", find_together)

    def run():
        with any_app.app_context():
            posted = send(queries.get_room(room_id), JPEG, client_id="press-one")
            answers.append((posted.message.id, posted.duplicate))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(duplicate for _, duplicate in answers) == [False, True]
    assert len({message for message, _ in answers}) == 1
    assert (count(Message), count(Attachment), len(all_blobs())) == (1, 1, 1)


def test_a_shopper_may_send_ten_files_an_hour(any_app):
    room = open_room()
    for number in range(10):
        send(room, samples.TEXT, "notes.txt", client_id=f"press-{number:03}")

    with pytest.raises(TooManyFiles, match="At most 10 files an hour"):
        send(room, samples.TEXT, "notes.txt")
    assert send(room, samples.TEXT, "notes.txt", client_id="press-009").duplicate, "a retry is not one more"

    with transaction():
        first = db.session.query(Attachment).order_by(Attachment.id).first()
        first.created_at -= 3_600_001
    assert send(room, samples.TEXT, "notes.txt")


def test_those_who_answer_may_send_more(app):
    room = open_room()
    for _ in range(11):
        send(room, samples.TEXT, "notes.txt", MIRA)


def test_what_is_refused_leaves_nothing_and_is_not_counted(app):
    room = open_room()
    for _ in range(11):
        with pytest.raises(UnsupportedFile):
            send(room, samples.TEXT + b"\xff", "notes.txt")

    assert (count(Message), count(Attachment), all_blobs()) == (0, 0, [])
    assert send(room, samples.TEXT, "notes.txt")


def test_what_the_transaction_refuses_leaves_nothing(any_app):
    room = open_room()
    room.status = "closed"
    db.session.commit()

    with pytest.raises(RoomClosed):
        send(room, JPEG)

    assert (count(Message), count(Attachment), all_blobs(), jobs()) == (0, 0, [], [])


def test_the_rules_for_words_hold_for_names(app, monkeypatch):
    monkeypatch.setattr(filters, "KEPT_S", 0)
    room = open_room()
    with transaction():
        for action, pattern in (("block", "idiot"), ("mask", "damn")):
            db.session.add(FilterRule(pattern=pattern, action=action, changed_by="user:ines", changed_at=1))

    assert file_of(send(room, JPEG, "damn vase.jpg")).name == "•••• vase.jpg"
    with pytest.raises(Blocked):
        send(room, JPEG, "idiot 1.jpg")


def test_only_those_who_may_write_there_may_send_a_file(app):
    room = open_room()

    with pytest.raises(UnknownRoom):
        send(room, JPEG, actor=Actor("visitor:other", "Guest", "guest"))
    with pytest.raises(Forbidden):
        send(room, JPEG, stream="i")
    assert file_of(send(room, JPEG, actor=JONAS, stream="i")).stream == "i"
    assert count(Attachment) == 1


def test_a_shop_may_switch_files_off(make_app):
    with make_app(CHAT_ENABLE_FILE_SHARING="false").app_context(), pytest.raises(FilesOff):
        send(open_room(), JPEG)


def test_a_client_id_is_needed(app):
    with pytest.raises(Invalid):
        send(open_room(), JPEG, client_id="short")


def test_a_sender_whose_row_was_swept_meanwhile_is_told_to_send_again(app, monkeypatch):
    """A body that takes more than an hour."""
    room, keep = open_room(), uploads.keep

    def keep_slowly(staged, *arguments):
        reading = keep(staged, *arguments)
        uploads.remove_staged(staged)
        return reading

    monkeypatch.setattr(uploads, "keep", keep_slowly)

    with pytest.raises(Exception, match="longer than an hour"):
        send(room, JPEG)
    assert (count(Message), all_blobs()) == (0, [])


def test_while_a_file_is_written_its_row_knows_where(app, monkeypatch):
    room, seen = open_room(), []
    writing = storage.writing

    def look(key):
        seen.append(db.session.query(Attachment).one().storage_key == key)
        return writing(key)

    monkeypatch.setattr(storage, "writing", look)
    send(room, JPEG)

    assert seen == [True]
