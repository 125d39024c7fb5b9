"""What a payment provider tells by itself: late, twice or out of order."""

from app.core.database import db, delete_in_chunks, now_ms, run_transaction
from app.core.upsert import insert_into
from app.orders import payments
from app.orders.models import PaymentCallback
from app.orders.providers import Outcome

KEEP_MS = 90 * 24 * 3600 * 1000


def take_callback(provider: str, event_id: str, reference: str, outcome: Outcome) -> None:
    """Its event is kept once; what it says counts as long as the payment is open.

    Settled first: were the event remembered and the process killed, the bank's repetition would find it known.
    """
    payments.settle(reference, outcome)
    run_transaction(lambda: remember(provider, event_id, reference))


def remember(provider: str, event_id: str, reference: str) -> None:
    row = insert_into(PaymentCallback).values(
        provider=provider, event_id=event_id, reference=reference, received_at=now_ms()
    )
    db.session.execute(row.on_conflict_do_nothing())


def prune() -> None:
    delete_in_chunks(PaymentCallback, PaymentCallback.received_at < now_ms() - KEEP_MS)
