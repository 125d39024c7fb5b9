"""Files over HTTP: who may send and fetch them, and with which headers they come."""

import io

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.chat import members, messages
from app.chat.access import Actor
from app.chat.files import removal
from app.chat.files.inspection import inspect_file
from app.chat.models import Attachment, Message
from app.core import storage
from app.core.database import db, run_transaction
from tests.chat.files import samples
from tests.chat.files.sending import file_of, send, send_checked
from tests.chat.talking import MIRA, open_group, open_room
from tests.factories import make_user
from tests.security.test_login import csrf_of, sign_in


@pytest.fixture
def room(jun):
    return open_room(jun)


def post(client, room, body, name="vase.jpg", declared="image/jpeg", *, query="", **fields):
    token = fields.pop("token", None) or csrf_of(client, "/orders")
    file = FileStorage(io.BytesIO(body), name, content_type=declared)
    boundary, data = encode_multipart(
        {"clientId": "press-one-1", "file": file, "csrf_token": token, **fields}
    )
    return client.post(
        f"/chat/rooms/{room.public_id}/files{query}",
        data=data,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"Accept": "application/json"},
    )


def test_a_file_is_answered_as_a_message_is(client, room):
    answer = post(client, room, samples.image())

    assert answer.status_code == 200
    assert (answer.json["duplicate"], answer.json["seq"]) == (False, room.head_p or 1)
    assert "Being checked" in answer.json["content"]
    assert post(client, room, samples.image()).json["duplicate"] is True


def test_a_plain_form_goes_back_to_its_page(client, room):
    fields = {
        "clientId": "press-one-1",
        "file": (io.BytesIO(samples.image()), "vase.jpg"),
        "next": "/orders",
        "csrf_token": csrf_of(client, "/orders"),
    }
    answer = client.post(f"/chat/rooms/{room.public_id}/files", data=fields)

    assert (answer.status_code, answer.location) == (303, "/orders")


@pytest.mark.parametrize(
    ("body", "name", "declared", "status", "code"),
    [
        (samples.HTML, "vase.jpg", "image/jpeg", 415, "unsupported_file"),
        (samples.SVG, "vase.svg", "image/svg+xml", 415, "unsupported_file"),
        (b"", "vase.jpg", "image/jpeg", 422, "invalid"),
        (b"x" * (5 * 1024 * 1024 + 1), "notes.txt", "text/plain", 413, "file_too_large"),
        (b"x" * (6 * 1024 * 1024), "notes.txt", "text/plain", 413, "file_too_large"),
    ],
)
def test_what_is_not_taken_says_why(client, room, body, name, declared, status, code):
    answer = post(client, room, body, name, declared)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert db.session.query(Attachment).count() == 0


def test_the_largest_file_is_taken(client, room):
    assert post(client, room, b"x" * 5 * 1024 * 1024, "notes.txt", "text/plain").status_code == 200


def test_a_form_without_a_file_is_told_so(client, room):
    token = csrf_of(client, "/orders")
    answer = client.post(
        f"/chat/rooms/{room.public_id}/files",
        data={"clientId": "press-one-1", "csrf_token": token},
        headers={"Accept": "application/json"},
    )

    assert (answer.status_code, answer.json["errors"][0]["message"]) == (422, "Choose a file first")


class Unread(io.RawIOBase):
    """A body that must not be asked for."""

    def readable(self):
        return True

    def readinto(self, _):
        raise AssertionError("the body was read")


@pytest.mark.parametrize("query", ["", "?stream=i"])
def test_nothing_is_read_of_what_somebody_may_not_send(client, room, query):
    other = open_room(Actor("user:other", "Other", "shopper")) if not query else room

    answer = client.post(
        f"/chat/rooms/{other.public_id}/files{query}",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"wsgi.input": Unread(), "CONTENT_LENGTH": "5000000"},
    )

    assert answer.status_code == (403 if query else 404)


def test_a_page_of_another_site_cannot_send_a_file(client, room):
    assert post(client, room, samples.image(), token="forged").status_code == 400
    assert db.session.query(Attachment).count() == 0


def test_a_picture_is_shown_and_may_do_nothing(client, room, jun):
    file = send_checked(room, samples.image("PNG"), 'Grüße"; x=y.png', jun)

    shown, small = client.get(file.path, buffered=True), client.get(f"{file.path}/thumbnail", buffered=True)

    assert (shown.status_code, shown.content_type) == (200, "image/png")
    assert (small.status_code, small.content_type) == (200, "image/webp")
    assert shown.content_length == len(shown.data) == file.size
    disposition = shown.headers["Content-Disposition"]
    assert disposition.startswith("inline;")
    assert "filename*=UTF-8''Gr%C3%BC%C3%9Fe%22%3B%20x%3Dy.png" in disposition
    for answer in (shown, small):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers.getlist("Content-Security-Policy") == ["default-src 'none'; sandbox"]
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Accept-Ranges" not in answer.headers and "ETag" not in answer.headers


@pytest.mark.parametrize(
    ("body", "name", "content_type"),
    [
        (samples.TEXT, "notes.txt", "text/plain; charset=utf-8"),
        (samples.PDF, "invoice.pdf", "application/pdf"),
    ],
)
def test_everything_else_is_saved(client, room, jun, body, name, content_type):
    file = send_checked(room, body, name, jun)

    answer = client.get(file.path, buffered=True)

    assert (answer.data, answer.content_type) == (body, content_type)
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert client.get(f"{file.path}/thumbnail", buffered=True).status_code == 404


def test_a_file_is_nobodys_until_it_is_clean(client, room, jun):
    posted = send(room, samples.image(), actor=jun)
    file = file_of(posted)
    assert client.get(file.path, buffered=True).status_code == 404, "not its sender's either"

    inspect_file(file.id)
    assert client.get(file.path, buffered=True).status_code == 200

    rejected = send_checked(room, samples.many_frames(101), "moving.gif", jun)
    assert client.get(rejected.path, buffered=True).status_code == 404


@pytest.mark.parametrize("can_be_deleted", [True, False])
def test_a_file_that_was_taken_back_is_gone(client, room, jun, monkeypatch, can_be_deleted):
    file = send_checked(room, samples.image(), actor=jun)
    path, message_id = file.path, file.message_id
    if not can_be_deleted:
        monkeypatch.setattr(removal, "drop_blob", lambda key: False)

    run_transaction(lambda: messages.redact_message(room, db.session.get(Message, message_id)))

    assert db.session.query(Attachment).count() == (0 if can_be_deleted else 1)
    assert client.get(path, buffered=True).status_code == 404


def test_whoever_has_left_or_signed_out_gets_nothing_more(app, client, jun):
    room = open_group(MIRA, "group", jun)
    file = send_checked(room, samples.image(), actor=MIRA)
    assert client.get(file.path, buffered=True).status_code == 200

    token = csrf_of(client, "/orders")
    client.post("/logout", data={"csrf_token": token})
    assert client.get(file.path, buffered=True).status_code == 404

    sign_in(client, "jun@example.com")
    assert client.get(file.path, buffered=True).status_code == 200
    run_transaction(lambda: members.leave(room, jun.subject))
    assert client.get(file.path, buffered=True).status_code == 404


def test_strangers_and_shoppers_of_other_rooms_and_notes_get_nothing(app, client, room, jun):
    other = open_room(Actor("user:other", "Other", "shopper"))
    theirs = send_checked(other, samples.TEXT, "notes.txt", Actor("user:other", "Other", "shopper"))
    note = send_checked(room, samples.TEXT, "notes.txt", MIRA, stream="i")
    mine = send_checked(room, samples.TEXT, "notes.txt", jun)

    assert [client.get(file.path, buffered=True).status_code for file in (mine, theirs, note)] == [
        200,
        404,
        404,
    ]
    assert app.test_client().get(mine.path, buffered=True).status_code == 404
    agent = app.test_client()
    sign_in(agent, make_user("agent").email)
    assert [agent.get(file.path, buffered=True).status_code for file in (mine, theirs, note)] == [
        200,
        200,
        200,
    ]


def test_a_file_whose_bytes_are_lost_is_not_found(client, room, jun):
    file = send_checked(room, samples.TEXT, "notes.txt", jun)
    storage.delete(file.storage_key)

    assert client.get(file.path, buffered=True).status_code == 404
