"""What is too old goes, file by file and batch by batch, and neither figures nor logs suffer."""

import pytest

from app.chat import queries
from app.chat.figures import rollups
from app.chat.keeping import purging, retention, transcripts
from app.chat.models import AgentSpan, Attachment, Message, Participant, Rating, Retention, Room, RoomEvent
from app.core import metrics, storage
from app.core.database import db, read_now, transaction
from app.core.mail import Mail
from tests.chat.past import (
    DAY,
    HOUR,
    MINUTE,
    attach,
    messages_of,
    old_room,
    rate,
    read_all,
    write_room,
    write_span,
)


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 4)


def test_old_conversations_go_and_their_figures_stay(any_app, small_batches):
    room, young = old_room(), old_room(5)
    rate(room, 5, read_now() - 40 * DAY + HOUR)
    key = attach(db.session.query(Message).filter_by(room_id=room.id).first())
    before = read_all()

    kept = retention.keep_to_limits()

    assert (kept.messages, kept.rooms, kept.stuck) == (10, 1, 0)
    assert not storage.exists(key)
    assert [each.id for each in db.session.query(Room)] == [young.id]
    assert messages_of(young) == 10
    for model in (Attachment, Participant, Rating):
        assert db.session.query(model).count() == 0
    assert read_all() == before
    assert retention.keep_to_limits().messages == 0


def test_what_was_mailed_of_a_conversation_goes_with_it(app):
    room = old_room(email="ada@example.com", subject="Vase")
    with transaction():
        transcripts.mail_transcript(db.session.get(Room, room.id))
        db.session.add(Mail(to="ada@example.com", subject="Your order A-1", body="", created_at=0))

    retention.keep_to_limits()

    assert [mail.subject for mail in db.session.query(Mail)] == ["Your order A-1"]


def test_a_live_conversation_and_a_legal_hold_are_left_alone(any_app):
    rooms = [
        old_room(status="open"),
        old_room(legal_hold=True),
        old_room(status="offline"),
        old_room(status="on_hold"),
    ]

    assert retention.keep_to_limits().messages == 0

    assert [messages_of(room) for room in rooms] == [10] * 4
    assert {room.min_p for room in db.session.query(Room)} == {1}


def test_a_message_goes_by_its_own_age(any_app):
    now = read_now()
    room = write_room(
        ("shopper", now - 35 * DAY),
        ("agent", now - 34 * DAY),
        ("shopper", now - 2 * DAY),
        ("agent", now - 2 * DAY + MINUTE),
        ("resolved", now - DAY),
        status="resolved",
    )

    retention.keep_to_limits()

    found = queries.get_room(room.id)
    seqs = [entry.seq for entry in queries.list_events(room.id, "p", 0)]
    assert messages_of(room) == 2
    assert found.min_p == 3
    assert seqs == [3, 4, 5]


def test_a_log_keeps_its_entries_while_an_older_message_has_to_stay(app, monkeypatch, caplog):
    room = old_room()
    stuck = db.session.query(Message).filter_by(room_id=room.id, seq=5).one()
    key = attach(stuck)
    monkeypatch.setattr(storage, "delete", refuse)

    kept = retention.keep_to_limits()

    assert (kept.messages, kept.stuck, kept.rooms) == (9, 1, 0)
    assert "had to stay" in caplog.text
    assert db.session.query(Attachment).one().storage_key == key
    log = queries.list_events(room.id, "p", 0)
    assert [entry.seq for entry in log] == list(range(5, queries.get_room(room.id).head_p + 1))
    assert queries.get_room(room.id).min_p == 5
    assert gauge("chat_oldest_due_seconds") > 9 * DAY / 1000

    monkeypatch.undo()
    assert retention.keep_to_limits().messages == 1
    assert db.session.query(RoomEvent).count() == db.session.query(Room).count() == 0
    assert gauge("chat_oldest_due_seconds") == 0


def refuse(key):
    raise OSError("the disk is read-only")


def gauge(name):
    text = metrics.prometheus_text().decode()
    return float(next(line.split()[-1] for line in text.splitlines() if line.startswith(f"liveshelf_{name}")))


def test_each_kind_is_kept_as_long_as_the_shop_says(any_app):
    with transaction():
        db.session.add_all([Retention(kind="sales", days=0), Retention(kind="order", days=100)])
    rooms = {kind: old_room(60, kind=kind) for kind in ("support", "sales", "order")}
    group = old_room(60, kind="group", status="open", participant_count=2)

    retention.keep_to_limits()

    assert {kind: messages_of(room) for kind, room in rooms.items()} == {
        "support": 0,
        "sales": 10,
        "order": 10,
    }
    assert messages_of(group) == 0
    assert queries.get_room(group.id)  # its members may go on


def test_what_is_not_rolled_up_is_not_deleted(app, monkeypatch):
    room = old_room()
    monkeypatch.setattr(rollups, "roll_up", lambda: 0)

    assert retention.keep_to_limits().messages == 0
    assert messages_of(room) == 10


def test_a_roll_up_that_fails_keeps_everything(app, monkeypatch):
    room = old_room()
    monkeypatch.setattr(rollups, "collect", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        retention.keep_to_limits()
    assert messages_of(room) == 10


def test_when_agents_were_there_goes_as_well(any_app):
    now = read_now()
    write_span(now - 50 * DAY, now - 50 * DAY + HOUR, open_count=2)
    write_span(now - 2 * HOUR, now - HOUR)
    before = read_all()

    retention.keep_to_limits()

    assert db.session.query(AgentSpan).count() == 1
    assert read_all() == before


def test_a_job_that_has_no_time_left_queues_the_next(app, small_batches, monkeypatch):
    monkeypatch.setattr(retention, "MOST_BATCHES", 2)
    queued = []
    monkeypatch.setattr(retention, "queue_retention", lambda: queued.append(1))
    room = old_room()

    for _ in range(3):
        retention.keep_for_a_while()

    assert messages_of(room) == 0
    assert len(queued) == 1


def test_without_history_a_closed_conversation_is_forgotten_and_counted(make_app):
    app = make_app(CHAT_ENABLE_HISTORY="false")
    with app.app_context():
        closed, live = old_room(1), old_room(1, status="resolved")
        before = read_all()

        assert retention.purge_closed() == 1
        assert retention.purge_closed() == 0

        assert (messages_of(closed), messages_of(live)) == (0, 10)
        assert db.session.query(RoomEvent).filter_by(room_id=closed.id).count() == 0
        assert read_all() == before
        rollups.roll_up()
        assert read_all() == before


def test_the_command_says_what_went(any_app):
    old_room()

    said = any_app.test_cli_runner().invoke(args=["chat-retention"])

    assert (said.exit_code, said.output) == (0, "10 messages and 1 empty rooms went.\n")


def test_purging_knows_everything_that_belongs_to_a_room(app):
    """A table that is added later must be in the list, or no room could ever go."""
    known = {part.__table__.name for part in purging.PARTS} | {
        Message.__table__.name,
        Attachment.__table__.name,
    }
    pointing = {
        table.name
        for table in db.metadata.tables.values()
        if any(key.column.table.name == "chat_room" for key in table.foreign_keys)
    }

    assert pointing == known
