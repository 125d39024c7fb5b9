"""What must always be true of units that agents keep: the thread and the stock say the same."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask import Flask

from app.core.database import db
from app.inventory import verification
from app.inventory.proofs import Finding

REMEDY = "Release the hold on the page of holds; the thread follows"
# The event that the thread follows is still on its way.
FOLLOWS = (
    """EXISTS (SELECT 1 FROM outbox WHERE topic = 'promise_ended' AND key = r.id AND published_at IS NULL)"""
)
OVER_IN_STOCK = sa.text(f"""
SELECT h.public_id, h.sku, r.status FROM chat_hold h LEFT JOIN reservation r ON r.id = h.reservation_id
WHERE h.state = 'held' AND COALESCE(r.status, '') <> 'held' AND NOT {FOLLOWS} ORDER BY h.id
""")
OVER_IN_THREAD = sa.text("""
SELECT r.id, h.state FROM reservation r LEFT JOIN chat_hold h ON h.reservation_id = r.id
WHERE r.status = 'held' AND r.owner LIKE 'chat:%' AND COALESCE(h.state, '') <> 'held' ORDER BY r.id
""")


def init_app(app: Flask) -> None:
    verification.register(app, check_kept)


def check_kept() -> Iterator[Finding]:
    for row in db.session.execute(OVER_IN_STOCK):
        wrong = (
            f"hold {row.public_id} is open in its conversation, and {row.status or 'nothing'} in the stock"
        )
        yield Finding(wrong, "Write the conversation's hold off by hand; nothing is kept", row.sku)
    for row in db.session.execute(OVER_IN_THREAD):
        wrong = f"hold {row.id} is kept for a conversation that has it as {row.state or 'nothing'}"
        yield Finding(wrong, REMEDY)
