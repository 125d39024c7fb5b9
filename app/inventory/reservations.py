"""Setting units aside for one owner until they are sold, given back, or their time is over.

Locks are taken in one order everywhere: the idempotency key, the hold, then stock levels by ascending id. Everything here
is called inside run_transaction(); reserving goes through `expiry.with_room`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import IntegrityError

from app.catalogue.models import Variant
from app.core import outbox
from app.core.database import db
from app.core.errors import Invalid
from app.inventory import allocation, holds, promises
from app.inventory.allocation import Step
from app.inventory.errors import InsufficientStock, NoReservation, OrderProcessed, ReservationGone
from app.inventory.holds import Hold, hold, line
from app.inventory.ledger import Change, Origin, apply
from app.inventory.models import StockLevel
from app.inventory.models.reservation import OF_ORDER

ORDER_PROCESSED = "order_processed"
MOST_LINES = 100
LARGEST_LINE = 100_000
OPEN = ("held", "confirmed")


@dataclass(frozen=True)
class Party:
    """For whom units are held. `client` names the connection of a shopper; programs have "" and limits of their own.

    Staff who keep units for somebody hold them as an owner of their own, with `promised_to` naming who may take them over.
    """

    owner: str
    client: str = ""
    promised_to: str | None = None


def reserve(
    party: Party,
    wanted: Mapping[str, int],
    ttl_s: int | None,
    origin: Origin,
    *,
    promised: Sequence[str] = (),
) -> Hold:
    """Hold `wanted` units of each SKU, all or nothing, and renew the hold. Lines that are not named stay; 0 drops one.

    The holds in `promised` end in this one, and their units count before any of the shelf. Raises InsufficientStock (naming
    every short SKU), UnknownSku, NotForSale, ReservationGone, PromiseGone, TooManyHolds or Invalid.
    """
    check_quantities(party, wanted)
    settings = current_app.config["SETTINGS"]
    ttl_ms = (settings.INVENTORY_HOLD_SECONDS if ttl_s is None else ttl_s) * 1000
    own = holds.open_hold(party.owner, party.client, ttl_ms, party.promised_to)
    before = promises.take_over(promised, own)
    steps = allocation.plan(wanted, before.by_level)
    held = holds.keep_lines(before, steps)
    move(steps, replace(origin, source=f"hold:{held.id}"))
    if held.lines:
        return held
    if not before.lines:
        raise Invalid(errors=[{"field": "quantity", "message": "Nothing to hold"}])
    return holds.close_hold(held.id, status="released") or held


def check_quantities(party: Party, wanted: Mapping[str, int]) -> None:
    most = current_app.config["SETTINGS"].INVENTORY_MAX_PER_ORDER if party.client else LARGEST_LINE
    problems = [
        {"field": sku, "message": f"Between 0 and {most}"}
        for sku, units in wanted.items()
        if not 0 <= units <= most
    ]
    if not 1 <= len(wanted) <= MOST_LINES:
        problems.append({"field": "lines", "message": f"Between 1 and {MOST_LINES} SKUs"})
    if problems:
        raise Invalid(errors=problems)


def move(steps: Sequence[Step], origin: Origin) -> None:
    """Take from or give back to every level."""
    apply_all(
        [
            (step.level_id, step.sku, Change("reserve" if step.delta > 0 else "release", reserved=step.delta))
            for step in steps
        ],
        origin,
    )


def apply_all(changes: Sequence[tuple[int, str, Change]], origin: Origin) -> None:
    """Make every change, by level and SKU, or name every SKU that is short."""
    short: dict[str, dict[str, object]] = {}
    for level_id, sku, change in changes:
        try:
            apply(level_id, sku, change, origin)
        except InsufficientStock as error:
            there = error.facts["available" if change.reserved > 0 else "onHand"]
            entry = {"productId": sku, "missing": abs(change.reserved), "available": there}
            short.setdefault(sku, entry)
    if short:
        raise short_of(list(short.values()))


def short_of(entries: list[dict[str, object]]) -> InsufficientStock:
    names = ", ".join(f"{entry['productId']} ({entry['available']} available)" for entry in entries)
    first = entries[0]
    return InsufficientStock(
        f"Not enough of {names}", productId=first["productId"], available=first["available"], short=entries
    )


def release(reservation_id: str, origin: Origin) -> Hold:
    """Give a hold's units back. Raises NoReservation, or ReservationGone when it has ended already."""
    return end(reservation_id, "released", Change("release"), origin) or gone(reservation_id)


def end(
    reservation_id: str, status: str, change: Change, origin: Origin, *conditions: sa.ColumnElement[bool]
) -> Hold | None:
    """Flip a held reservation and give its units back; None when it is not held, or does not meet the conditions."""
    ended = holds.close_hold(reservation_id, holds.HELD, *conditions, status=status)
    if ended:
        give_back(ended, change, origin)
    return ended


def process_order(order_id: str, reservation_id: str, origin: Origin) -> Hold:
    """Sell what is held, as this order. An order that was processed before is answered again and changes nothing.

    A hold past its time that no sweep has met yet still counts: its units are there; one that another order has paid for
    does not. Raises NoReservation, ReservationGone, OrderProcessed or InsufficientStock.
    """
    if done := find_processed(order_id):
        return done
    ours = sa.or_(hold.c.order_id.is_(None), hold.c.order_id == order_id)
    sale = {"status": "committed", "order_id": order_id, "expires_at": None}
    try:
        sold = holds.close_hold(reservation_id, hold.c.status.in_(OPEN), ours, **sale)
    except IntegrityError as error:
        raise OrderProcessed(f"Order {order_id} was processed with another hold") from error
    if sold is None:
        # Perhaps sold as this very order by a caller that this one had to wait for.
        return find_processed(order_id) or gone(reservation_id)
    give_back(sold, Change("sale"), origin)
    outbox.announce(ORDER_PROCESSED, order_id)
    return sold


def sell(order_id: str, wanted: Mapping[str, int], origin: Origin) -> Hold:
    """Hold and sell in one step, once for each order; through `expiry.with_room_for_order`.

    Raises what `reserve` and `process_order` raise.
    """
    if done := find_processed(order_id):
        return done
    held = reserve(Party(f"order:{order_id}"), wanted, None, origin)
    sold = process_order(order_id, held.id, origin)
    if sold.id != held.id:  # by a till that this one had to wait for: what it held meanwhile is undone
        raise OrderProcessed()
    return sold


def gone(reservation_id: str) -> NoReturn:
    ended = holds.get_hold(hold.c.id == reservation_id)
    what = f"belongs to order {ended.order_id}" if ended.status in OPEN else f"is {ended.status}"
    raise ReservationGone(f"This hold {what}", state=ended.status)


def confirm(reservation_id: str, order_id: str) -> Hold | None:
    """The order is paid: the hold has no end any more. None when it is not held, so somebody must find the units anew."""
    return holds.close_hold(
        reservation_id, holds.HELD, status="confirmed", order_id=order_id, expires_at=None, closed_at=None
    )


def cancel(reservation_id: str, origin: Origin) -> Hold | None:
    """Give back what is held or confirmed; None when it has ended, by a sale or otherwise."""
    ended = holds.close_hold(reservation_id, hold.c.status.in_(OPEN), status="released")
    if ended:
        give_back(ended, Change("release"), origin)
    return ended


def return_units(reservation_id: str, sku: str, units: int, *, restock: bool, origin: Origin) -> None:
    """Take sold units back, to be sold again or as damaged. More than was sold can never come back.

    Raises Invalid when fewer are left to return.
    """
    left = units
    for level_id, open_units in returnable(reservation_id, sku):
        part = min(left, open_units)
        hit = db.session.execute(
            sa.update(line)
            .where(line.c.reservation_id == reservation_id, line.c.stock_level_id == level_id)
            .where(line.c.returned + part <= line.c.quantity)
            .values(returned=line.c.returned + part)
            .returning(line.c.stock_level_id)
        ).scalar()
        if part and hit:
            change = Change("return", on_hand=part, unavailable=0 if restock else part)
            apply(level_id, sku, change, replace(origin, source=f"hold:{reservation_id}"))
            left -= part
    if left:
        raise Invalid(errors=[{"field": "quantity", "message": f"Only {units - left} can come back"}])


def returnable(reservation_id: str, sku: str) -> list[tuple[int, int]]:
    """Levels and the units on them that were sold and have not come back, in the order that levels are locked in."""
    rows = db.session.execute(
        sa.select(line.c.stock_level_id, line.c.quantity - line.c.returned)
        .join_from(line, StockLevel, StockLevel.id == line.c.stock_level_id)
        .join(Variant, Variant.id == StockLevel.variant_id)
        .where(line.c.reservation_id == reservation_id, Variant.sku == sku)
        .order_by(line.c.stock_level_id)
    ).all()
    return [(level_id, int(units)) for level_id, units in rows if units]


def find_processed(order_id: str) -> Hold | None:
    try:
        return holds.get_hold(hold.c.order_id == order_id, sa.text(OF_ORDER), hold.c.status == "committed")
    except NoReservation:
        return None


def give_back(closed: Hold, change: Change, origin: Origin) -> None:
    """End what the hold reserves on every level; a sale takes the units off the shelf as well.

    Raises InsufficientStock when a sale finds fewer on the shelf: what was promised on backorder has yet to come.
    """
    sale = change.kind == "sale"
    changes = [
        (
            taken.level_id,
            taken.sku,
            replace(change, on_hand=-taken.quantity if sale else 0, reserved=-taken.quantity),
        )
        for taken in closed.lines
    ]
    apply_all(changes, replace(origin, source=f"hold:{closed.id}"))
