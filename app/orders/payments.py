"""Paying an order: the money is authorised before stock is committed, and every answer of the bank counts once."""

import sqlalchemy as sa

from app.core import jobs
from app.core.database import db, now_ms, run_transaction
from app.core.errors import DomainError
from app.core.mail import write_mail
from app.inventory import expiry, reservations
from app.inventory.errors import InsufficientStock, NotForSale, ReservationGone
from app.inventory.ledger import Origin
from app.inventory.reservations import Party
from app.orders import carts, checkout, queries, transitions
from app.orders.errors import PaymentDeclined, TotalChanged
from app.orders.models import Order, Payment, PaymentCallback, Refund
from app.orders.providers import Outcome, ProviderUnavailable, current_provider

LOOK_UP_AFTER_MS = 20_000

payment = Payment.__table__


def pay(party: Party, card: str, shown_total_minor: int) -> Order:
    """Pay the party's order as its page showed it. The hold is renewed before the bank is asked.

    The order is paid on return, or payment_pending when the bank has not answered. Raises PaymentDeclined, TotalChanged,
    CheckoutIncomplete, and what `checkout.hold_cart` raises.
    """
    bank = current_provider()
    order = checkout.hold_cart(party)
    checkout.require_complete(order)
    if order.total_minor != shown_total_minor:
        raise TotalChanged(totalMinor=order.total_minor)
    order_id, currency, total = order.id, order.currency, order.total_minor
    reference = run_transaction(lambda: begin(order_id, total, party.owner))
    try:
        outcome = bank.authorise(reference, total, currency, card)
    except ProviderUnavailable:
        outcome = Outcome("pending")
    settle(reference, outcome)
    if outcome.status == "declined":
        raise PaymentDeclined(outcome.reason)
    db.session.expire_all()
    return db.session.get_one(Order, order_id)


def begin(order_id: int, amount_minor: int, actor: str) -> str:
    transitions.require(order_id, "payment_pending", actor)
    attempt = Payment(
        order_id=order_id,
        provider=current_provider().name,
        status="created",
        amount_minor=amount_minor,
        created_at=now_ms(),
    )
    db.session.add(attempt)
    db.session.flush()  # the reference goes to the bank
    return attempt.reference


def take_callback(provider: str, event_id: str, reference: str, outcome: Outcome) -> None:
    """A provider's own message. Its event counts once; what it says counts as long as the payment is open."""

    def remember() -> bool:
        if db.session.get(PaymentCallback, (provider, event_id)):
            return False
        db.session.add(
            PaymentCallback(provider=provider, event_id=event_id, reference=reference, received_at=now_ms())
        )
        return True

    # Settled first: were the event remembered and the process killed, the bank's repetition would find it known.
    settle(reference, outcome)
    run_transaction(remember)


def settle(reference: str, outcome: Outcome) -> None:
    """Act on what the bank said of an open payment; on any other it changes nothing."""
    if outcome.status == "declined":
        run_transaction(lambda: decline(reference, outcome.reason))
    elif outcome.status == "authorised":
        accept(reference)


def decline(reference: str, reason: str) -> None:
    """The order goes back to checkout and keeps its hold, so that another card may be tried."""
    order_id = flip(reference, "declined", reason)
    if order_id:
        transitions.advance(order_id, "checkout", "bank", reason)


def accept(reference: str) -> None:
    """The money is there. The order is paid when its units are: held still, or found anew; else staff must look."""
    order = db.session.scalar(
        sa.select(Order).join(Payment, Payment.order_id == Order.id).where(Payment.reference == reference)
    )
    if order is None:
        return
    order_id, is_cancelled = order.id, order.status == "cancelled"
    try:
        run_transaction(lambda: refuse(reference, order_id) if is_cancelled else keep(reference, order_id))
    except ReservationGone:
        find_again(reference, order_id)


def refuse(reference: str, order_id: int) -> None:
    """Paid after it was cancelled: the money goes back and the order stays as it is."""
    if flip(reference, "authorised"):
        transitions.record(order_id, "cancelled", "bank", "Paid after it was cancelled; the money goes back")
        jobs.run_later(void_payment, reference, queue="critical")


def keep(reference: str, order_id: int) -> None:
    if flip(reference, "authorised") is None:
        return
    order = db.session.get_one(Order, order_id)
    if not (order.reservation_id and reservations.confirm(order.reservation_id, order.number)):
        raise ReservationGone()
    finish(order)


def find_again(reference: str, order_id: int) -> None:
    """The hold has ended before the money came: hold anew, or refund and let staff look. Never silently."""
    order = db.session.get_one(Order, order_id)
    party, wanted = Party(f"order:{order.number}"), {line.sku: line.quantity for line in order.lines}

    def retake() -> None:
        if flip(reference, "authorised") is None:
            return
        fresh = db.session.get_one(Order, order_id)
        held = reservations.reserve(party, wanted, None, Origin("bank", f"Late payment of {fresh.number}"))
        reservations.confirm(held.id, fresh.number)
        fresh.reservation_id = held.id
        finish(fresh)

    try:
        expiry.with_room(party, wanted, lambda: run_transaction(retake))
    except (InsufficientStock, NotForSale) as error:
        reason = error.detail
        run_transaction(lambda: review(reference, order_id, reason))


def review(reference: str, order_id: int, reason: str) -> None:
    if flip(reference, "authorised") is None:
        return
    transitions.require(order_id, "stock_review", "bank", f"Paid too late: {reason}")
    jobs.run_later(void_payment, reference, queue="critical")


def finish(order: Order) -> None:
    transitions.require(order.id, "paid", "bank", placed_at=now_ms())
    carts.empty_cart(order.owner, [line.variant_id for line in order.lines])
    write_mail(order.email, "orders/receipt.mail.txt", order=order, url=queries.link_of(order))


def flip(reference: str, status: str, reason: str = "") -> int | None:
    """Settle an open payment. Returns its order's id; None when it was settled before."""
    found: int | None = db.session.execute(
        sa.update(payment)
        .where(payment.c.reference == reference, payment.c.status == "created")
        .values(status=status, reason=reason[:80], settled_at=now_ms())
        .returning(payment.c.order_id)
    ).scalar()
    return found


def settle_open() -> None:
    """Ask the bank about payments that it has not told us of: the process that asked may be gone."""
    waiting = sa.select(Payment.reference).where(
        Payment.status == "created", Payment.created_at < now_ms() - LOOK_UP_AFTER_MS
    )
    for reference in db.session.scalars(waiting.limit(100)).all():
        try:
            settle(reference, current_provider().look_up(reference))
        except DomainError:
            continue  # asked again at the next round


def void_payment(reference: str) -> None:
    """A job: let go of money that was set aside and is not wanted."""
    current_provider().void(reference)
    run_transaction(lambda: mark(reference, "voided", ("authorised",)))


def capture_payment(reference: str) -> None:
    """A job: take the money of an order that is being packed."""
    current_provider().capture(reference)
    run_transaction(lambda: mark(reference, "captured", ("authorised",)))


def mark(reference: str, status: str, sources: tuple[str, ...]) -> None:
    db.session.execute(
        sa.update(payment)
        .where(payment.c.reference == reference, payment.c.status.in_(sources))
        .values(status=status)
    )


def give_back(order_id: int, key: str, amount_minor: int) -> None:
    """Send money back for an order inside the running transaction: let go of it, or refund what was taken.

    `key` names the reason, so that each is paid once.
    """
    paid = db.session.scalar(
        sa.select(Payment).where(Payment.order_id == order_id, Payment.status.in_(("authorised", "captured")))
    )
    if paid is None or amount_minor <= 0:
        return
    if paid.status == "authorised" and amount_minor >= paid.amount_minor:
        jobs.run_later(void_payment, paid.reference, queue="critical")
        return
    back = Refund(payment_id=paid.id, key=key, amount_minor=amount_minor, created_at=now_ms())
    paid.refunded_minor += amount_minor
    db.session.add(back)
    db.session.flush()  # the job takes the id
    jobs.run_later(send_refund, back.id, queue="critical")


def send_refund(refund_id: int) -> None:
    """A job: once for each refund, since the bank knows its key."""
    back = db.session.get_one(Refund, refund_id)
    paid = db.session.get_one(Payment, back.payment_id)
    if back.done_at:
        return
    current_provider().refund(paid.reference, back.key, back.amount_minor)

    def done() -> None:
        db.session.get_one(Refund, refund_id).done_at = now_ms()

    run_transaction(done)
