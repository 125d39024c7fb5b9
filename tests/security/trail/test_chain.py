"""One chain, whoever writes it, and everything that can be done to it behind the shop's back."""

import logging

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from app.core.database import db, transaction
from app.core.json_lines import JsonLines
from app.security import audit
from app.security.models import AuditEntry
from app.security.trail import anchors, earlier
from app.security.trail.proof import prove

ONE_MORE = """INSERT INTO audit_entry (at, actor, actor_role, ip, action, object, before, after, request_id, sequence,
    placed_at, prev_hash, hash) SELECT at, actor, actor_role, ip, action, object, before, after, request_id, 4, placed_at,
    hash, hash FROM audit_entry WHERE sequence = 3"""
WITHOUT_PLACE = """INSERT INTO audit_entry (at, actor, actor_role, ip, action, object, request_id)
    VALUES (1, 'user:eve', 'admin', '', 'refund', 'order:1', '')"""


def breaks(*files):
    db.session.rollback()
    return [found.wrong for found in prove(files).breaks]


def test_what_is_recorded_is_one_chain_without_gaps(any_app, deeds):
    deeds(3)

    entries = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()

    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.prev_hash for entry in entries] == ["", entries[0].hash, entries[1].hash]
    assert prove().entries == 3 and breaks() == []


def test_a_deed_that_is_undone_leaves_no_entry_and_no_gap(any_app, deeds):
    deeds(1)
    with pytest.raises(ZeroDivisionError), transaction():
        audit.record("refund", "order:1", actor="user:ab12", role="staff")
        raise ZeroDivisionError
    deeds(1)

    assert db.session.scalars(sa.select(AuditEntry.sequence).order_by(AuditEntry.id)).all() == [1, 2]


def test_entries_of_one_transaction_follow_each_other_in_their_order(any_app):
    with transaction():
        for number in range(3):
            audit.record(f"step_{number}", "order:1", actor="user:ab12", role="staff")

    found = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.sequence)).all()
    assert found == ["step_0", "step_1", "step_2"] and breaks() == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE audit_entry SET actor = 'user:eve' WHERE sequence = 2", ["entry 2 "]),
        ("UPDATE audit_entry SET after = '{\"price\": 9}' WHERE sequence = 2", ["entry 2 "]),
        ("UPDATE audit_entry SET at = at + 1 WHERE sequence = 3", ["entry 3 "]),
        ("UPDATE audit_entry SET hash = NULL WHERE sequence = 2", ["entry 2 ", "entry 3 "]),
        ("DELETE FROM audit_entry WHERE sequence = 2", ["entry 2 is missing before entry 3 "]),
        ("DELETE FROM audit_entry WHERE sequence = 1", ["entry 1 is missing before entry 2 "]),
        ("UPDATE audit_entry SET sequence = CASE sequence WHEN 2 THEN 30 ELSE sequence END", ["entry 2 is missing"]),
        (ONE_MORE, ["entry 4 "]),
    ],
)  # fmt: skip
def test_whatever_is_done_behind_its_back_is_named(any_app, deeds, intruder, statement, named):
    deeds(3)

    intruder(statement)

    found = breaks()
    assert len(found) >= len(named)
    for start, wrong in zip(named, found, strict=False):
        assert wrong.startswith(start), found


def test_two_entries_that_changed_places_are_both_named(any_app, deeds, intruder):
    deeds(3)

    for step in ("9 WHERE sequence = 2", "2 WHERE sequence = 3", "3 WHERE sequence = 9"):
        intruder(f"UPDATE audit_entry SET sequence = {step}")

    found = breaks()
    assert found[0].startswith("entry 2 ") and any(wrong.startswith("entry 3 ") for wrong in found)


def test_only_an_anchor_knows_that_the_end_was_cut_off(any_app, deeds, intruder, tmp_path):
    deeds(3)
    assert anchors.drop_due()

    intruder("DELETE FROM audit_entry WHERE sequence > 1")

    assert breaks()[0].startswith("entries 2 to 3 are missing at its end")
    (tmp_path / anchors.FILE).rename(tmp_path / "copy.log")
    assert breaks() == []
    assert breaks(tmp_path / "copy.log")[0].startswith("entries 2 to 3 are missing")


def test_an_anchor_knows_a_chain_that_was_written_anew(any_app, deeds, intruder):
    deeds(2)
    anchors.drop_due()

    intruder("DELETE FROM audit_entry")
    deeds(3)

    assert [wrong.partition(" is ")[2][:11] for wrong in breaks()] == ["another one"]


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET actor = ''", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_or_delete_entries(any_app, deeds, statement):
    deeds(1)

    with pytest.raises(DatabaseError, match="audit entries are"), transaction():
        db.session.execute(sa.text(statement))

    assert breaks() == []


def test_entries_of_an_older_release_get_places_for_a_day_only(any_app, deeds, monkeypatch):
    for _ in range(2):
        with transaction():
            db.session.execute(sa.text(WITHOUT_PLACE))
    deeds(1)

    assert breaks() == []
    assert earlier.place_all() == 2 and earlier.place_all() == 0
    assert breaks() == [] and prove().entries == 4

    monkeypatch.setattr(earlier, "TAKEN_IN_MS", -1)
    with transaction():
        db.session.execute(sa.text(WITHOUT_PLACE))
    assert earlier.place_all() == 0
    assert breaks() == ["1 entries have no place in it, the first with id 5: put there past the shop"]


def test_another_key_goes_on_with_the_chain_while_the_old_one_is_known(make_app, deeds):
    old, new = "the first key of this shop that leaked", "the second key of this shop that has not"
    with make_app(SECRET_KEY=old).app_context():
        deeds(2)
    with make_app(SECRET_KEY=new, SECRET_KEY_FALLBACKS=old).app_context():
        deeds(2)
        assert prove().entries == 4 and breaks() == []
    with make_app(SECRET_KEY=new).app_context():
        assert [wrong[:8] for wrong in breaks()] == ["entry 1 ", "entry 2 "]


def test_anchors_are_dropped_by_the_hour_and_by_the_thousand(app, deeds, monkeypatch, tmp_path):
    deeds(1)
    assert anchors.drop_due() and not anchors.drop_due()
    deeds(1)
    assert not anchors.drop_due()

    monkeypatch.setattr(anchors, "EVERY_ENTRIES", 1)
    assert anchors.drop_due()
    deeds(1)
    monkeypatch.setattr(anchors, "EVERY_ENTRIES", 1_000)
    monkeypatch.setattr(anchors, "EVERY_MS", 0)
    assert anchors.drop_due()

    assert [anchor.entries for anchor in anchors.read_all([])] == [1, 2, 3]
    assert (tmp_path / anchors.FILE).stat().st_mode & 0o777 == 0o600


def test_half_a_line_of_a_killed_process_costs_no_anchor(app, deeds, tmp_path):
    deeds(1)
    anchors.drop_due()
    with (tmp_path / anchors.FILE).open("a") as file:
        file.write("audit anchor at=17")
    deeds(1)

    anchors.append(anchors.Anchor(1, 2, "0" * 64))

    assert [anchor.entries for anchor in anchors.read_all([])] == [1, 2]


def test_a_copy_of_the_log_is_a_file_of_anchors(app, deeds, intruder, caplog, tmp_path, monkeypatch):
    deeds(2)
    caplog.set_level("INFO")
    monkeypatch.setattr(logging.getLogger("app"), "handlers", [caplog.handler])
    anchors.drop_due()
    (tmp_path / anchors.FILE).unlink()
    line = JsonLines().format(caplog.records[-1])
    (tmp_path / "shop.log").write_text(f"something else\n{line}\n")

    intruder("DELETE FROM audit_entry WHERE sequence = 2")

    assert breaks(tmp_path / "shop.log")[0].startswith("entry 2 is missing at its end")
