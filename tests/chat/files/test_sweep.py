"""What is left behind is found: by whom it was left does not matter."""

import logging
import os
import time

from app.chat import messages
from app.chat.files import sweep
from app.chat.files.checking import check_offer
from app.chat.files.removal import remove_file, remove_files_of
from app.chat.files.uploads import stage
from app.chat.models import Attachment, Message
from app.core import metrics, storage
from app.core.database import db, run_transaction, transaction
from app.core.outbox_rows import OutboxEvent
from tests.chat.files import samples
from tests.chat.files.sending import all_blobs, file_of, offer, send, send_checked
from tests.chat.talking import ADA, open_room

HOUR_MS = 3600 * 1000


def age(file, by_ms, column="created_at"):
    with transaction():
        setattr(file, column, getattr(file, column) - by_ms)


def figure(name, kind="counters"):
    return sum(each["value"] for each in metrics.totals()[kind].get(name, []))


def gauge(name):
    return metrics.registry().get_sample_value(f"liveshelf_{name}")


def write(key, *, days=0):
    with storage.writing(key) as file:
        file.write(b"clay")
    then = time.time() - days * 24 * 3600
    os.utime(storage.path_of(key), (then, then))
    return key


def break_disk(monkeypatch):
    def fail(key):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(storage, "delete", fail)


def test_a_file_that_never_became_a_message_is_deleted_after_an_hour(any_app):
    room = open_room()
    staged = stage(room, ADA, "p", check_offer(offer(samples.TEXT, "notes.txt")))
    write(staged.key)
    sent = send(room, samples.TEXT, "notes.txt")
    file = db.session.get(Attachment, staged.id)

    age(file, HOUR_MS - 60_000)
    sweep.remove_left_behind()
    assert len(all_blobs()) == 2

    age(file, 60_001)
    age(file_of(sent), 2 * HOUR_MS)
    sweep.remove_left_behind()
    assert all_blobs() == [file_of(sent).storage_key]
    assert db.session.query(Attachment).one().message_id == sent.message.id


def test_the_file_of_a_message_that_was_taken_back_is_deleted(any_app):
    take_back(open_room())

    assert (all_blobs(), db.session.query(Attachment).count()) == ([], 0)


def test_if_that_fails_the_sweep_does_it(app, monkeypatch):
    with monkeypatch.context() as patch:
        break_disk(patch)
        take_back(open_room())
        assert len(all_blobs()) == 1

    sweep.remove_left_behind()

    assert (all_blobs(), db.session.query(Attachment).count()) == ([], 0)


def take_back(room):
    posted = send(room, samples.TEXT, "notes.txt")
    message_id = posted.message.id
    run_transaction(lambda: messages.redact_message(room, db.session.get(Message, message_id)))


def test_a_blob_that_cannot_be_deleted_keeps_its_row_and_raises_an_alarm(app, monkeypatch, caplog):
    file = send_checked(open_room(), samples.TEXT, "notes.txt")
    before = figure("chat_file_delete_failed")
    break_disk(monkeypatch)

    with caplog.at_level(logging.ERROR):
        assert remove_file(file) is False
        assert remove_files_of([file.message_id]) == [file.message_id]

    assert db.session.query(Attachment).count() == 1
    assert f"the file {file.storage_key} cannot be deleted" in caplog.text
    assert figure("chat_file_delete_failed") == before + 2


def test_once_it_can_be_deleted_the_row_goes_too(app):
    file = send_checked(open_room(), samples.image())
    freed, size = figure("chat_file_bytes_freed"), file.size
    storage.delete(file.thumbnail_key)

    assert remove_files_of([file.message_id, 999]) == []

    assert (all_blobs(), db.session.query(Attachment).count()) == ([], 0)
    assert figure("chat_file_bytes_freed") == freed + size


def test_a_check_that_was_lost_is_queued_again_and_given_up_after_a_day(any_app):
    posted = send(open_room(), samples.TEXT, "notes.txt")
    sweep.queue_stuck()
    assert count_jobs() == 1

    age(file_of(posted), 15 * 60_000 + 1, "attached_at")
    sweep.queue_stuck()
    assert count_jobs() == 2

    age(file_of(posted), 24 * HOUR_MS, "attached_at")
    sweep.queue_stuck()
    assert (file_of(posted).state, file_of(posted).reason) == (
        "rejected",
        "It could not be checked. Send it again.",
    )
    assert (count_jobs(), all_blobs()) == (2, [])


def count_jobs():
    return db.session.query(OutboxEvent).filter_by(topic="job").count()


def test_blobs_that_nobody_knows_are_deleted_once_they_are_old(app, caplog):
    file = send_checked(open_room(), samples.image())
    for key in (file.storage_key, file.thumbnail_key):
        os.utime(storage.path_of(key), (1, 1))
    old, new = write(storage.new_key("txt"), days=2), write(storage.new_key("txt"))

    sweep.count_orphans()

    assert all_blobs() == sorted([file.storage_key, file.thumbnail_key, new])
    assert not storage.exists(old)
    assert (gauge("chat_orphan_blobs"), gauge("chat_lost_blobs")) == (1, 0)
    assert "1 files belonged to nobody" in caplog.text


def test_rows_whose_blobs_are_gone_are_told_and_kept(app, caplog):
    room = open_room()
    file = send_checked(room, samples.image())
    send_checked(room, samples.many_frames(101), "moving.gif")  # rejected: it has none
    storage.delete(file.thumbnail_key)

    sweep.count_orphans()

    assert gauge("chat_lost_blobs") == 1
    assert file.thumbnail_key in caplog.text
    assert db.session.query(Attachment).count() == 2
