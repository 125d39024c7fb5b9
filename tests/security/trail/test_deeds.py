"""What staff do is written down, whichever page they do it on."""

import sqlalchemy as sa

from app.core.database import db
from app.security.models import AuditEntry
from tests.security.furnished import furnish
from tests.security.permissions import fill_in

CANNED = {"shortcut": "bye", "body": "Goodbye"}
WORDS = {"title": "Sale", "body": "Look", "url": "/", "seen": ""}
# Who, where, with what, and the entry: its action, its object, what was before and what after.
DEEDS = [
    ("staff", "/staff/orders/{order}/processing", {}, "order_processing", "order:{order}",
     {"status": "paid"}, {"status": "processing"}),
    ("agent", "/staff/chat/replies", CANNED, "chat_reply_saved", None, None, {"shortcut": "bye"}),
    ("agent", "/staff/chat/replies/{reply}/removal", {}, "chat_reply_deleted", "chat_reply:{reply}",
     {"shortcut": "hello"}, None),
    ("admin", "/staff/chat/settings/agents/user:{agent}", {"capacity": "7"}, "chat_agent_changed", "user:{agent}",
     {"capacity": 4, "departments": []}, {"capacity": 7, "departments": []}),
    ("admin", "/chat/rooms/{room}/messages/p/{seq}/redaction", {}, "chat_message_redacted", "room:{room}",
     None, {"stream": "p", "seq": 1}),
    ("staff", "/staff/notifications/templates/parcel_sent", WORDS | {"publish": "1"}, "notification_text_published",
     "notification_text:parcel_sent", None, {"version": 2}),
    ("staff", "/staff/catalogue/products/{product}/status", {"value": "archived"}, "product.status",
     "product:{product}", {"status": "active"}, {"status": "archived"}),
    ("agent", "GET /chat/rooms/{room}/transcript", {}, "chat_transcript_taken", "room:{room}", None, None),
    ("staff", "GET /staff/inventory/export.csv", {}, "stock_exported", "stock", None, None),
    ("staff", "GET /staff/catalogue/export.csv", {}, "catalogue_exported", "catalogue", None, None),
]  # fmt: skip


def test_deeds_of_staff_are_entries(app):
    shop = furnish(app)
    missing = []
    for number, (who, where, data, action, what, before, after) in enumerate(DEEDS):
        method, _, path = where.rpartition(" ")
        answer = shop.clients[who].open(
            fill_in(path, shop.things),
            method=method or "POST",
            data={"key": f"key-of-deed-{number}", **data} if not method else None,
            headers={"X-CSRFToken": shop.csrf[who]},
            buffered=True,
        )
        db.session.rollback()
        newest = (
            sa.select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id.desc()).limit(1)
        )
        entry = db.session.scalar(newest)
        expected = (f"user:{shop.things[who]}", what and fill_in(what, shop.things))
        if entry is None or (entry.actor, what and entry.object) != expected:
            missing.append(f"{action} ({answer.status_code}): {entry and (entry.actor, entry.object)}")
        elif (before or after) and (entry.before, entry.after) != (before, after):
            missing.append(f"{action}: {entry.before} {entry.after}")
    assert missing == []
