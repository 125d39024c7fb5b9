"""What admins see of the trail, and take away of it."""

import csv
import io
import json
import re

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.security import audit
from app.security.models import AuditEntry
from app.security.trail import chain, proof, queries, refusals
from app.security.trail.queries import Search
from tests.factories import make_user
from tests.security.test_login import sign_in


@pytest.fixture
def admin(app, client):
    user = make_user("admin", email="admin@example.test", name="Ines Admin")
    sign_in(client, "admin@example.test")
    return f"user:{user.public_id}"


def record(action="price_changed", what="product:7", actor="user:ab12", **sides):
    with transaction():
        audit.record(action, what, actor=actor, role="staff", **sides)


def shown(client, query=""):
    page = client.get(f"/staff/audit{query}")
    assert page.status_code == 200
    return page.text


def test_an_entry_tells_who_did_what_to_what_and_what_differs(client, admin):
    record(actor=admin, before={"price": 2400, "name": "x"}, after={"price": 2600, "name": "x", "sale": None})

    page = shown(client, "?action=price_changed")

    assert "Price changed" in page and "Ines Admin" in page and "product:7" in page
    assert "<del>2400</del>" in page and "2600" in page
    assert '<span class="p-trail__field">name</span>' not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("who=nes+adm", {"product:7"}),
        ("who=ADMIN@example.test", {"product:7"}),
        ("who=token:till", {"order:9"}),
        ("action=order_cancelled", {"order:9"}),
        ("about=product", {"product:7"}),
        ("about=%25", set()),
        ("about=7&action=order_cancelled", set()),
        ("days=nonsense&after=x-y", {"product:7", "order:9"}),
        ("after=99999999999999999999-1", {"product:7", "order:9"}),
        ("after=1-1", set()),
    ],
)
def test_entries_are_found_by_who_what_and_when(client, admin, query, found):
    record(actor=admin)
    record("order_cancelled", "order:9", actor="token:till")

    page = shown(client, f"?{query}")

    assert {what for what in ("product:7", "order:9") if f">{what}</a>" in page} == found


def test_what_is_older_than_the_days_asked_for_is_not_shown(client, admin):
    with transaction():
        audit.record("price_changed", "product:7", actor=admin, role="staff", at=1)

    assert "product:7" not in shown(client) and "product:7" in shown(client, "?days=0")
    assert "1970" in shown(client, "?days=0")


def test_pages_follow_each_other_without_gap_or_repeat(any_app, client, admin, monkeypatch):
    monkeypatch.setattr("app.security.trail.queries.PAGE", 2)
    with transaction():
        for number in range(5):
            audit.record("deed", f"thing:{number}-", actor=admin, role="admin", at=1_000)

    seen, after = [], "&"
    while after:
        page = shown(client, f"?action=deed&days=0{after}")
        seen += [number for number in range(4, -1, -1) if f"thing:{number}-" in page]
        older = re.search(r'&amp;after=([0-9-]+)">Older', page)
        after = older and f"&after={older[1]}"

    assert seen == [4, 3, 2, 1, 0]
    assert list(queries.list_actions()) == ["deed", "login", "user_created"]
    assert [row.sequence for row in queries.read_all(Search(who="ines", about="THING:", days=0))] == [
        3,
        4,
        5,
        6,
        7,
    ]


def test_a_text_that_somebody_chose_is_no_markup(client, admin):
    record(what="<script>x</script>", after={"<b>": "<i>", "list": ["<u>"]})

    page = shown(client)

    assert "<script>x" not in page and "<b>" not in page and "<i>" not in page and "<u>" not in page


def test_the_table_defuses_formulas_and_the_lines_carry_the_seals(client, admin):
    record(what="=1+1", before={"price": 1}, after={"price": 2})

    table = client.get("/staff/audit/export.csv?action=price_changed", buffered=True)
    lines = client.get("/staff/audit/export.jsonl?action=price_changed", buffered=True)

    (row,) = csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff")))
    assert row["object"] == "'=1+1" and json.loads(row["before"]) == {"price": 1}
    (line,) = map(json.loads, lines.text.splitlines())
    assert chain.is_marked(line, chain.keys())
    assert 'attachment; filename="audit-' in lines.headers["Content-Disposition"]


def test_taking_a_file_is_an_entry_too(client, admin):
    client.get("/staff/audit/export.csv?who=somebody@example.test&days=7", buffered=True)

    taken = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "audit_exported")).one()
    assert (taken.actor, taken.after) == (admin, {"format": "csv", "days": 7, "all": False})


def test_the_page_tells_what_the_last_proof_found(client, admin, deeds, intruder):
    assert "Not proved yet" in shown(client)
    proof.prove_daily()
    assert "Proved whole" in shown(client)

    deeds(1)
    intruder("UPDATE audit_entry SET actor = 'user:eve' WHERE sequence = 1")
    proof.prove_daily()

    assert "wrong in 1 place." in shown(client)


def test_a_proof_is_queued_once_a_day(any_app):
    proof.queue_daily()
    proof.queue_daily()

    waiting = sa.text("SELECT COUNT(*) FROM outbox WHERE topic = 'job'")
    assert db.session.scalar(waiting) == 1


def test_flask_verify_names_what_was_changed(app, deeds, intruder, tmp_path):
    deeds(2)
    run = app.test_cli_runner().invoke
    assert "The audit is whole: 2 entries, 0 anchors" in run(args=["verify"]).output

    intruder("UPDATE audit_entry SET actor = 'user:eve' WHERE sequence = 2")

    result = run(args=["verify"])
    assert (
        result.exit_code == 1
        and "Audit: entry 2 (price_changed of product:7 by user:eve) was" in result.output
    )
    db.session.rollback()


def test_a_made_up_token_beside_the_login_hides_nothing(app, client):
    user = make_user("shopper", email="curious@example.test")
    sign_in(client, "curious@example.test")

    assert client.get("/staff/orders", headers={"Authorization": "Bearer x"}).status_code == 403

    assert [entry.actor for entry in refused()] == [f"user:{user.public_id}"]


def refused():
    return db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "access_refused")).all()


def test_a_refused_page_is_an_entry_once_a_minute_for_each_caller(app, client, monkeypatch):
    user = make_user("shopper", email="curious@example.test")
    sign_in(client, "curious@example.test")
    monkeypatch.setattr(refusals.time, "time", lambda: 6_000.0)

    for path in ("/staff/inventory", "/staff/orders"):
        refusals._noted.clear()  # as another process, which has not noted it yet
        assert client.get(path).status_code == 403
    assert client.get("/staff/inventory").status_code == 403

    assert [(entry.object, entry.actor) for entry in refused()] == [
        ("page:/staff/inventory", f"user:{user.public_id}")
    ]
