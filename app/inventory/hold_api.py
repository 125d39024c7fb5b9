"""PATCH, DELETE and PUT /api/realtime/inventory: reserve, release, process an order.

A program acts for whom it names; a browser only for itself.
"""

from collections.abc import Callable

from flask import Blueprint, Flask, request
from werkzeug.wrappers import Response

from app.core import http, idempotency
from app.core.clock import from_ms
from app.core.errors import Forbidden, Invalid
from app.core.http import Malformed, UnsupportedMediaType, read_json
from app.core.idempotency import Answer, KeyReused
from app.core.openapi import Operation, describes
from app.inventory import expiry, holds, reservations
from app.inventory.errors import (
    InsufficientStock,
    NoReservation,
    NotForSale,
    OrderProcessed,
    ReservationGone,
    TooManyHolds,
    UnknownSku,
)
from app.inventory.holds import Hold, hold
from app.inventory.ledger import Origin
from app.inventory.reservations import Party
from app.inventory.schemas import HoldAnswer, HoldChange, HoldLine, OrderToProcess
from app.security import access, limits
from app.security.access import Caller, current_caller, require_scope
from app.security.errors import TooManyRequests

KEY = ("Idempotency-Key", "the same key takes effect once")
ASKED = (Malformed, UnsupportedMediaType, Invalid, KeyReused, TooManyRequests)

bp = Blueprint("hold_api", __name__, url_prefix="/api/realtime/inventory")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.patch("")
@limits.limiter.limit(limits.reserve_limit)
@describes(
    Operation(
        "Reserve: set how much an owner holds of the SKUs named, all or nothing; 0 drops one",
        HoldAnswer,
        takes=HoldChange,
        errors=(*ASKED, UnknownSku, InsufficientStock, NotForSale, ReservationGone, TooManyHolds, Forbidden),
        headers=(KEY,),
    )
)
def patch_hold() -> Response:
    caller = current_caller()
    change = read_json(HoldChange)
    wanted = change.units()
    if not wanted:
        raise Invalid(
            errors=[{"field": "lines", "message": "Say what to hold: productId and quantity, or lines"}]
        )
    party = Party(owner_of(caller, change.ownerId), client_of(caller))

    def act() -> Answer:
        return answer(reservations.reserve(party, wanted, change.ttl, origin(caller, "Reserved")))

    return idempotency.answer_request(
        caller.name, act, around=lambda write: expiry.with_room(party, wanted, write)
    )


@bp.delete("")
@limits.limiter.limit(limits.reserve_limit)
@describes(
    Operation(
        "Release a hold",
        HoldAnswer,
        query=(("reservationId", "the hold"), ("ownerId", "or whose")),
        errors=(Invalid, KeyReused, NoReservation, ReservationGone, Forbidden, TooManyRequests),
        headers=(KEY,),
    )
)
def delete_hold() -> Response:
    caller = current_caller()
    reservation_id, named = request.args.get("reservationId"), request.args.get("ownerId")
    if reservation_id and named:
        raise Invalid(
            errors=[{"field": "reservationId", "message": "Send reservationId or ownerId, not both"}]
        )

    def act() -> Answer:
        found = find_named(caller, reservation_id, named)
        return answer(reservations.release(found.id, origin(caller, "Released")))

    return idempotency.answer_request(caller.name, act)


@bp.put("")
@limits.limiter.limit(limits.API_WRITE)
@describes(
    Operation(
        "Process an order: sell what is held, once, however often it is sent",
        HoldAnswer,
        takes=OrderToProcess,
        protected=True,
        errors=(
            *ASKED,
            UnknownSku,
            InsufficientStock,
            NotForSale,
            NoReservation,
            ReservationGone,
            OrderProcessed,
        ),
        headers=(KEY,),
    )
)
def put_order() -> Response:
    caller = require_scope("inventory:write")
    order = read_json(OrderToProcess)
    wanted = order.units()
    by = origin(caller, f"Order {order.orderId}")

    def act() -> Answer:
        if wanted:
            return answer(reservations.sell(order.orderId, wanted, by))
        if done := reservations.find_processed(order.orderId):
            return answer(done)
        if order.reservationId or order.ownerId:
            found = find_named(caller, order.reservationId, order.ownerId)
            require_payable(found)
        else:
            found = holds.get_hold(hold.c.order_id == order.orderId)
        return answer(reservations.process_order(order.orderId, found.id, by))

    def around(write: Callable[[], Answer]) -> Answer:
        return expiry.with_room_for_order(order.orderId, wanted, write) if wanted else write()

    return idempotency.answer_request(caller.name, act, around)


def acts_for_others(caller: Caller) -> bool:
    return "inventory:write" in caller.scopes


def owner_of(caller: Caller, named: str | None) -> str:
    """Raises Invalid when a program names nobody, Forbidden when a shopper names somebody else."""
    if acts_for_others(caller):
        if named is None:
            raise Invalid(errors=[{"field": "ownerId", "message": "Say for whom"}])
        return f"ext:{named}"
    own = access.subject()
    if named not in (None, own, own.partition(":")[2]):
        raise Forbidden("You can hold stock only for yourself; leave ownerId out")
    return own


def client_of(caller: Caller) -> str:
    return "" if acts_for_others(caller) else limits.client_mark()


def find_named(caller: Caller, reservation_id: str | None, named: str | None) -> Hold:
    """The hold by its id, or the owner's newest. A shopper finds only their own. Raises NoReservation."""
    if not reservation_id:
        return holds.get_hold(hold.c.owner == owner_of(caller, named))
    own = () if acts_for_others(caller) else (hold.c.owner == access.subject(),)
    return holds.get_hold(hold.c.id == reservation_id, *own)


def require_payable(held: Hold) -> None:
    """What a shopper holds, or staff keep for one, is sold by the shopper's order, once that is paid: then it is confirmed.

    Raises Forbidden.
    """
    whose = held.promised_to or held.owner
    if held.status == "held" and access.is_shopper(whose):
        raise Forbidden("This is held for a shopper who has not paid; their order sells it")


def origin(caller: Caller, reason: str) -> Origin:
    name = access.subject() if caller.role == "guest" else caller.name
    return Origin(name, reason, request.headers.get("X-User-ID", "")[:80], http.request_id())


def answer(held: Hold) -> Answer:
    document = HoldAnswer(
        reservationId=held.id,
        ownerId=held.owner.removeprefix("ext:"),
        status=held.status,  # type: ignore[arg-type]  # the table's CHECK knows the same five
        orderId=held.order_id,
        expiresAt=from_ms(held.expires_at) if held.expires_at and held.status == "held" else None,
        lines=[HoldLine(productId=sku, quantity=units) for sku, units in held.units.items()],
    )
    return Answer(document.model_dump(mode="json"), 200)
