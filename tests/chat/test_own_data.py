"""A shopper takes their conversations along, or has them deleted; the figures stay, and so does what the law wants kept."""

import io
import json
import zipfile

import pytest

from app.chat.access import Actor
from app.chat.figures import rollups
from app.chat.files.sweep import count_orphans
from app.chat.keeping import erasure, exports, transcripts
from app.chat.models import Attachment, Message, Room, RoomEvent
from app.core import storage
from app.core.database import db, read_now, transaction
from app.core.mail import Mail
from app.inventory import days
from app.security.models import AuditEntry
from tests.chat.files.sending import send_checked
from tests.chat.talking import JUN, MIRA, open_room, say
from tests.factories import make_user
from tests.inventory.stock_pages import client_of, fields_of
from tests.security.test_login import sign_in

PAGE = "/support/data"


@pytest.fixture
def jun(app, client):
    user = make_user(email="jun@example.com", name="Jun")
    sign_in(client, user.email)
    return Actor(f"user:{user.public_id}", user.name, "shopper")


def talk(actor, **details):
    room = open_room(actor, **details)
    say(room, actor, "Is it back?")
    say(room, MIRA, "A difficult one", stream="i")
    say(room, MIRA, "It is")
    return room


def send(client, what, **typed):
    return client.post(f"{PAGE}/{what}", data=fields_of(client.get(PAGE).text, **typed))


def token_of(answer):
    return answer.location.rpartition("/")[2]


def run_export(token, subject, address="", mail_to=""):
    exports.make_export(exports.signer().loads(token), subject, address, mail_to)


def read_archive(answer):
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    return archive, json.loads(archive.read("conversations.json"))


def counts():
    today = days.day_of(read_now())
    read = rollups.read_days(today - days.ONE, today)
    return {
        (day, *key): (each.n, sorted(each.values))
        for day, found in read.items()
        for key, each in found.items()
    }


def words_counted():
    """Without our own lines, of which ending the conversation adds one."""
    return {
        key: found
        for key, found in counts().items()
        if key[1] in ("conversations", "messages", "frt_ms", "response_ms")
        and not key[2].startswith("system")
    }


def test_a_copy_has_all_that_was_said_to_the_shopper_and_no_note(client, jun):
    room = talk(jun, subject="Vase")
    file = send_checked(room, b"Glaze notes", "notes.txt", jun)

    begun = send(client, "copies")
    token = token_of(begun)
    waiting = client.get(begun.location)
    run_export(token, jun.subject, mail_to="jun@example.com")
    answer = client.get(begun.location)

    assert (begun.status_code, waiting.status_code, answer.status_code) == (303, 202, 200)
    archive, (told,) = read_archive(answer)
    answer.close()
    assert (told["subject"], told["messages"][0]["text"]) == ("Vase", "Is it back?")
    assert "difficult" not in json.dumps(told)
    name = next(each["file"] for each in told["messages"] if each["kind"] == "file")
    assert archive.read(name) == b"Glaze notes"
    assert file.public_id in name
    assert "/support/data/copies/" in db.session.query(Mail).one().body


def test_a_copy_is_made_once_and_goes_after_a_day(client, jun, monkeypatch):
    talk(jun)
    token = token_of(send(client, "copies"))
    for _ in range(2):
        run_export(token, jun.subject, mail_to="jun@example.com")
    assert db.session.query(Mail).count() == 1

    count_orphans()
    exports.prune_exports()
    assert exports.find_export(token)
    monkeypatch.setattr(exports, "VALID_S", -1)
    exports.prune_exports()
    assert list(storage.list_blobs()) == []
    assert client.get(f"{PAGE}/copies/{token}").status_code == 404
    assert client.get(f"{PAGE}/copies/nonsense").status_code == 404


def test_the_mail_of_a_copy_comes_once_though_its_job_died_before_it(any_app, monkeypatch):
    talk(JUN)
    with transaction():
        token = exports.begin_export(JUN.subject, mail_to="jun@example.com")
    monkeypatch.setattr(exports, "write_mail", refuse)
    with pytest.raises(OSError, match="read-only"):
        run_export(token, JUN.subject, mail_to="jun@example.com")
    assert exports.find_export(token)

    monkeypatch.undo()
    for _ in range(2):
        run_export(token, JUN.subject, mail_to="jun@example.com")

    assert db.session.query(Mail).count() == 1


def test_the_page_counts_ones_own_conversations_alone(app, client, jun):
    talk(jun)
    talk(Actor("visitor:ada", "Guest", "guest"), email="jun@example.com")

    assert "We keep 1 conversation that" in client.get(PAGE).text
    assert "No conversations" in app.test_client().get(PAGE).text


def test_deletion_wants_to_be_sure(client, jun):
    talk(jun)

    again = send(client, "deletion")

    assert (again.status_code, "Say that you are sure" in again.text) == (422, True)
    assert db.session.query(AuditEntry).filter(AuditEntry.action.startswith("chat_er")).count() == 0


def test_deleted_conversations_leave_their_figures_and_nothing_else(any_app, client):
    user = make_user(email="jun@example.com", name="Jun")
    sign_in(client, user.email)
    jun = Actor(f"user:{user.public_id}", "Jun", "shopper")
    room = talk(jun)
    key = send_checked(room, b"Glaze notes", "notes.txt", jun).storage_key
    other_id = talk(Actor("visitor:ada", "Guest", "guest")).id

    assert send(client, "deletion", sure="y").status_code == 303
    before = words_counted()
    for _ in range(2):
        erasure.erase_shopper(jun.subject, "")

    db.session.rollback()
    assert [each.id for each in db.session.query(Room)] == [other_id]
    assert {each.room_id for each in db.session.query(Message)} == {other_id}
    assert {each.room_id for each in db.session.query(RoomEvent)} == {other_id}
    assert db.session.query(Attachment).count() == 0
    assert not storage.exists(key)
    assert words_counted() == before
    actions = [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert actions[-2:] == ["chat_erasure_asked", "chat_erased"]


def test_a_mail_with_its_words_is_deleted_too(app, jun):
    room = talk(jun, subject="Vase")
    with transaction():
        transcripts.mail_transcript(db.session.get(Room, room.id))

    erasure.erase_shopper(jun.subject, "")

    assert db.session.query(Mail).count() == 0


def test_a_legal_hold_outlasts_the_wish(app, jun):
    room = talk(jun)
    with transaction():
        db.session.get(Room, room.id).legal_hold = True

    erasure.erase_shopper(jun.subject, "")

    kept = db.session.query(Room).populate_existing().one()
    assert (kept.owner, kept.legal_hold, db.session.query(Message).count()) == (jun.subject, True, 3)


def test_a_file_that_cannot_be_deleted_is_tried_again(app, jun, monkeypatch):
    room = talk(jun)
    send_checked(room, b"Glaze notes", "notes.txt", jun)
    monkeypatch.setattr(storage, "delete", refuse)

    with pytest.raises(erasure.FilesStay):
        erasure.erase_shopper(jun.subject, "")
    left = db.session.query(Room).populate_existing().one()
    assert (left.owner, left.name, left.close_reason) == (None, "", "erased")

    monkeypatch.undo()
    assert erasure.finish_erasures()
    assert db.session.query(Room).count() == 0


def refuse(*_, **__):
    raise OSError("the disk is read-only")


def test_staff_do_it_for_somebody_who_asked_by_other_ways(app, jun):
    talk(jun)
    talk(Actor("visitor:ada", "Guest", "guest"), email="Jun@example.com")
    admin = client_of(app, "admin")
    page = "/staff/chat/settings/keeping"

    def ask(what):
        fields = fields_of(admin.get(page).text, email="jun@example.com")
        return admin.post(f"{page}/shoppers/{what}", data=fields)

    assert (ask("copy").status_code, ask("deletion").status_code) == (303, 303)
    asked = db.session.query(AuditEntry).filter_by(action="chat_erasure_asked").one()
    assert asked.after == {"rooms": 2}
    assert asked.actor.startswith("user:") and asked.actor != jun.subject
    erasure.erase_shopper(jun.subject, "jun@example.com")
    assert db.session.query(Room).count() == 0
