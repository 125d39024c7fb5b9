"""Taking, letting go of and giving back money: decided with the order in one transaction, told to the bank by jobs.

An order that was sold is charged, and what goes back is refunded; one that was not is never charged. So of two jobs about
one payment none undoes the other, in whatever order they run.
"""

import sqlalchemy as sa

from app.core import jobs
from app.core.database import db, now_ms, run_transaction, transaction
from app.orders.models import Order, OrderEvent, Payment, Refund
from app.orders.providers import current_provider

SOLD = ("processing", "shipped", "delivered", "returned")
LOST_AFTER_MS = 15 * 60 * 1000

payment = Payment.__table__


def capture(order_id: int) -> None:
    """Inside the running transaction: the order is sold, so its money is taken."""
    reference = find_reference(order_id, "authorised")
    if reference:
        jobs.run_later(capture_payment, reference, queue="critical")


def let_go(order_id: int) -> None:
    """Inside the running transaction: the order was never sold, so its money is not taken."""
    reference = find_reference(order_id, "authorised")
    if reference:
        jobs.run_later(void_payment, reference, queue="critical")


def give_back(order_id: int, key: str, amount_minor: int) -> None:
    """Inside the running transaction: refund what was sold. `key` names the reason, so that each is paid once."""
    paid = db.session.scalar(
        sa.select(Payment)
        .where(Payment.order_id == order_id, Payment.status.in_(("authorised", "captured")))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if paid is None or amount_minor <= 0:
        return
    back = Refund(payment_id=paid.id, key=key, amount_minor=amount_minor, created_at=now_ms())
    paid.refunded_minor += amount_minor
    db.session.add(back)
    db.session.flush()  # the job takes the id
    jobs.run_later(send_refund, back.id, queue="critical")


def void_payment(reference: str) -> None:
    """A job: let go of money that was set aside and is not wanted."""
    current_provider().void(reference)
    run_transaction(lambda: mark(reference, "voided", ("authorised", "declined")))


def capture_payment(reference: str) -> None:
    """A job: take the money of an order that is sold."""
    current_provider().capture(reference)
    run_transaction(lambda: mark(reference, "captured", ("authorised",)))


def send_refund(refund_id: int) -> None:
    """A job: once for each refund, since the bank knows its key. What is given back was taken before."""
    back = db.session.get_one(Refund, refund_id)
    if back.done_at:
        return
    reference = db.session.get_one(Payment, back.payment_id).reference
    key, amount = back.key, back.amount_minor
    capture_payment(reference)
    current_provider().refund(reference, key, amount)

    def done() -> None:
        db.session.get_one(Refund, refund_id).done_at = now_ms()

    run_transaction(done)


def mark(reference: str, status: str, sources: tuple[str, ...]) -> None:
    db.session.execute(
        sa.update(payment)
        .where(payment.c.reference == reference, payment.c.status.in_(sources))
        .values(status=status)
    )


def queue_lost() -> None:
    """Queue again what the bank has not been told, such as after Redis lost its queue. Each job may run twice."""
    before = db.session.scalar(sa.select(now_ms() - LOST_AFTER_MS))
    refunds = sa.select(Refund.id).where(Refund.done_at.is_(None), Refund.created_at < before)
    moved = sa.select(sa.func.max(OrderEvent.at)).where(OrderEvent.order_id == Order.id).scalar_subquery()
    decided = (
        sa.select(Payment.reference, Order.status)
        .join(Order, Order.id == Payment.order_id)
        .where(Payment.status == "authorised", Payment.refunded_minor == 0)
        .where(Order.status.in_((*SOLD, "cancelled")), moved < before)
    )
    for refund_id in db.session.scalars(refunds).all():
        with transaction():
            jobs.run_later(send_refund, refund_id, queue="critical")
    for reference, status in db.session.execute(decided).all():
        job = void_payment if status == "cancelled" else capture_payment
        with transaction():
            jobs.run_later(job, reference, queue="critical")


def find_reference(order_id: int, status: str) -> str | None:
    return db.session.scalar(
        sa.select(Payment.reference).where(Payment.order_id == order_id, Payment.status == status)
    )
