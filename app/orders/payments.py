"""Paying an order: the money is set aside before stock is sold, and every answer of the bank counts once.

Locks are taken in one order everywhere: the order, its payment, the hold, then stock levels.
"""

import sqlalchemy as sa

from app.core import faults, idempotency, jobs
from app.core.database import db, now_ms, run_transaction
from app.core.errors import DomainError
from app.core.idempotency import Answer
from app.core.mail import write_mail
from app.inventory import expiry, reservations
from app.inventory.errors import InsufficientStock, NotForSale, ReservationGone
from app.inventory.ledger import Origin
from app.inventory.reservations import Party
from app.orders import carts, charges, checkout, queries, transitions
from app.orders.errors import PaymentDeclined, TotalChanged
from app.orders.models import Order, Payment
from app.orders.providers import Outcome, ProviderUnavailable, current_provider

LOOK_UP_AFTER_MS = 20_000

payment = Payment.__table__


def pay(party: Party, card: str, shown_total_minor: int, key: str = "") -> Order:
    """Pay the party's order as its page showed it, once for each `key`. The hold is renewed before the bank is asked.

    The order is paid on return, or payment_pending when the bank has not answered. Raises PaymentDeclined, TotalChanged,
    CheckoutIncomplete, KeyReused, and what `checkout.hold_cart` raises.
    """
    reference = begin_once(party, shown_total_minor, key)
    ask(reference, card)
    db.session.expire_all()
    attempt = get_payment(reference)
    if attempt.status == "declined":
        raise PaymentDeclined(attempt.reason)
    return db.session.get_one(Order, attempt.order_id)


def begin_once(party: Party, shown_total_minor: int, key: str) -> str:
    """The payment's reference: the same for the same key, though by then there is nothing left to pay."""
    scope, body = f"{party.owner} pay", str(shown_total_minor).encode()

    def find() -> str:
        known = idempotency.find_answer(scope, key, body) if key else None
        return str(known.document["reference"]) if known else ""

    if known := find():
        return known
    current_provider()  # a shop that takes no payments holds nothing for one
    try:
        order = checkout.hold_cart(party)
        checkout.require_complete(order)
        order_id = order.id

        def write() -> Answer:
            return Answer({"reference": begin(order_id, shown_total_minor, party.owner)}, 200)

        faults.reach("before_payment")
        return str(idempotency.once(scope, key or None, body, write).document["reference"])
    except DomainError:
        if known := find():  # the same click, an instant earlier
            return known
        raise


def begin(order_id: int, shown_total_minor: int, actor: str) -> str:
    order = transitions.lock(order_id)
    if order.total_minor != shown_total_minor:
        raise TotalChanged(totalMinor=order.total_minor)
    transitions.require(order_id, "payment_pending", actor)
    attempt = Payment(
        order_id=order_id,
        provider=current_provider().name,
        status="created",
        amount_minor=shown_total_minor,
        created_at=now_ms(),
    )
    db.session.add(attempt)
    db.session.flush()  # the reference goes to the bank
    return attempt.reference


def ask(reference: str, card: str) -> None:
    """Ask the bank, unless it has answered already. It sets money aside once for a reference, however often it is asked."""
    attempt = get_payment(reference)
    if attempt.status != "created":
        return
    amount, currency = attempt.amount_minor, db.session.get_one(Order, attempt.order_id).currency
    db.session.rollback()  # no connection is kept while the bank thinks
    faults.reach("before_authorise")
    try:
        outcome = current_provider().authorise(reference, amount, currency, card)
    except ProviderUnavailable:
        outcome = Outcome("pending")
    faults.reach("after_authorise")
    settle(reference, outcome)
    faults.reach("after_payment")


def settle(reference: str, outcome: Outcome) -> None:
    """Act on what the bank said of an open payment; on any other it changes nothing."""
    if outcome.status == "declined":
        run_transaction(lambda: decline(reference, outcome.reason))
    elif outcome.status == "authorised":
        accept(reference)


def decline(reference: str, reason: str) -> None:
    """The order goes back to checkout and keeps its hold, so that another card may be tried."""
    order = lock_order_of(reference)
    if order and flip(reference, "declined", reason):
        transitions.advance(order.id, "checkout", "bank", reason)


def accept(reference: str) -> None:
    """The money is there. The order is paid when its units are: held still, or found anew; else staff must look."""
    try:
        run_transaction(lambda: keep(reference))
    except ReservationGone:
        find_again(reference)


def claim(reference: str) -> Order | None:
    """The order that this payment pays, locked. None when it pays nothing: settled before, or money that must go back."""
    order = lock_order_of(reference)
    if order is None:
        return None
    if flip(reference, "authorised") is None:
        if (
            get_payment(reference).status == "declined"
        ):  # taken back by the bank, after another card was asked for
            jobs.run_later(charges.void_payment, reference, queue="critical")
        return None
    if order.status == "cancelled":
        transitions.record(order.id, "cancelled", "bank", "Paid after it was cancelled; the money goes back")
        jobs.run_later(charges.void_payment, reference, queue="critical")
        return None
    return order


def keep(reference: str) -> None:
    order = claim(reference)
    if order is None:
        return
    held = order.reservation_id and reservations.confirm(order.reservation_id, order.number)
    if not held or held.units != units_of(order):
        raise ReservationGone()
    finish(order)


def find_again(reference: str) -> None:
    """The hold has ended or shrunk before the money came: hold anew, or let staff look. Never silently."""
    order = db.session.get_one(Order, get_payment(reference).order_id)
    party, wanted = Party(f"order:{order.number}"), units_of(order)
    origin = Origin("bank", f"Late payment of {order.number}")
    run_transaction(lambda: let_go(reference, origin))

    def retake() -> None:
        fresh = claim(reference)
        if fresh:
            finish(fresh, reservations.reserve(party, wanted, None, origin).id)

    try:
        expiry.with_room(party, wanted, lambda: run_transaction(retake))
    except (InsufficientStock, NotForSale) as error:
        reason = error.detail
        run_transaction(lambda: review(reference, reason))


def let_go(reference: str, origin: Origin) -> None:
    """Of what is left of the hold, so that it counts for the new one."""
    order = lock_order_of(reference)
    if order and order.reservation_id and get_payment(reference).status == "created":
        reservations.cancel(order.reservation_id, origin)


def review(reference: str, reason: str) -> None:
    """The money stays set aside and is not taken until staff, or the clock, have decided."""
    order = claim(reference)
    if order:
        order.reservation_id = None
        transitions.require(order.id, "stock_review", "bank", f"Paid too late: {reason}", placed_at=now_ms())
        write_mail(order.email, "orders/review.mail.txt", order=order, url=queries.link_of(order))


def finish(order: Order, reservation_id: str = "") -> None:
    """The order is paid, with a new hold where one is named."""
    if reservation_id:
        reservations.confirm(reservation_id, order.number)
        order.reservation_id = reservation_id
    transitions.require(order.id, "paid", "bank", placed_at=now_ms())
    faults.reach("before_paid")
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


def get_payment(reference: str) -> Payment:
    return db.session.scalars(
        sa.select(Payment).where(Payment.reference == reference).execution_options(populate_existing=True)
    ).one()


def lock_order_of(reference: str) -> Order | None:
    """None for a reference that is not ours."""
    order_id = db.session.scalar(sa.select(Payment.order_id).where(Payment.reference == reference))
    return transitions.lock(order_id) if order_id else None


def units_of(order: Order) -> dict[str, int]:
    return {line.sku: line.quantity for line in order.lines}
