"""GET and POST /api/realtime/inventory."""

import re
from typing import Any

from flask import Blueprint, Flask, jsonify, request
from werkzeug.wrappers import Response

from app.core import http, idempotency
from app.core.clock import from_ms
from app.core.errors import Forbidden, Invalid, Unauthenticated
from app.core.http import Malformed, UnsupportedMediaType, read_json
from app.core.idempotency import Answer, KeyReused
from app.core.openapi import Operation, describes
from app.inventory import queries
from app.inventory.adjustments import change_stock
from app.inventory.errors import InsufficientStock, StaleVersion, UnknownSku, VersionRequired
from app.inventory.ledger import Origin
from app.inventory.models import StockMovement
from app.inventory.schemas import Movement, StockChange, StockFigures, StockPage, StockReading
from app.inventory.stock import SkuStock
from app.security import limits
from app.security.access import Caller, current_caller, require_scope
from app.security.errors import TooManyRequests

PAGE = 50
LARGEST_PAGE = 200

bp = Blueprint("inventory_api", __name__, url_prefix="/api/realtime/inventory")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("")
@limits.limiter.limit(limits.API_READ)
@describes(
    Operation(
        "The stock of one SKU, or of all by pages",
        StockReading,
        errors=(UnknownSku, Invalid, Unauthenticated, Forbidden, TooManyRequests),
        query=(
            ("productId", "SKU of a variant"),
            ("history", "1 for the last movements (staff)"),
            ("after", "list: start behind this SKU"),
            ("limit", f"list: up to {LARGEST_PAGE}"),
        ),
        headers=(("If-None-Match", "the ETag of an earlier answer: 304 when nothing changed"),),
    )
)
def show_stock() -> Response:
    sku = request.args.get("productId")
    if sku is None:
        return list_stock()
    caller = current_caller()
    stock = queries.get_stock(sku)
    document = figures(stock, caller).model_dump(mode="json", exclude_unset=True)
    if request.args.get("history") == "1":
        require_scope("inventory:read")
        document["movements"] = [movement(row).model_dump(mode="json") for row in queries.list_movements(sku)]
    response = jsonify(document)
    response.set_etag(f"v{stock.version}")
    response.headers["Vary"] = "Authorization, Cookie"
    return response.make_conditional(request) if "movements" not in document else response


def list_stock() -> Response:
    require_scope("inventory:read")
    limit = request.args.get("limit", PAGE, type=int)
    if not 1 <= limit <= LARGEST_PAGE:
        raise Invalid(errors=[{"field": "limit", "message": f"Between 1 and {LARGEST_PAGE}"}])
    stocks = queries.list_stock(after=request.args.get("after", ""), limit=limit)
    page = StockPage(
        items=[figures(stock, current_caller()) for stock in stocks],
        after=stocks[-1].sku if len(stocks) == limit else None,
    )
    return jsonify(page.model_dump(mode="json", exclude_unset=True))


@bp.post("")
@limits.limiter.limit(limits.API_WRITE)
@describes(
    Operation(
        "Change the stock of one SKU",
        StockFigures,
        takes=StockChange,
        protected=True,
        errors=(
            Malformed,
            UnsupportedMediaType,
            UnknownSku,
            InsufficientStock,
            StaleVersion,
            VersionRequired,
            Invalid,
            KeyReused,
            TooManyRequests,
        ),
        headers=(
            ("Idempotency-Key", "the same key takes effect once"),
            ("If-Match", 'for set: "v<version>" as read'),
            ("X-User-ID", "a label for the record; grants nothing"),
        ),
    )
)
def post_stock_change() -> Response:
    caller = require_scope("inventory:write")
    change = read_json(StockChange)
    origin = Origin(caller.name, change.reason, request.headers.get("X-User-ID", "")[:80], http.request_id())

    def act() -> Answer:
        change_stock(
            change.productId,
            change.operation,
            change.quantity,
            origin,
            location=change.location,
            expect=expected_version(),
        )
        return Answer(figures(queries.get_stock(change.productId), caller).model_dump(mode="json"), 200)

    response = idempotency.answer_request(caller.name, act)
    response.set_etag(f"v{response.get_json()['version']}")
    return response


def expected_version() -> int | None:
    header = request.headers.get("If-Match")
    if header is None:
        return None
    match = re.fullmatch(r'"?v?(\d{1,18})"?', header.strip())
    if match is None:
        raise Invalid(errors=[{"field": "If-Match", "message": 'Send "v<version>" as the ETag gave it'}])
    return int(match.group(1))


def figures(stock: SkuStock, caller: Caller) -> StockFigures:
    """Exact figures for those who may read them; the rest see what the badge shows."""
    public: dict[str, Any] = {
        "productId": stock.sku,
        "status": stock.state,
        "version": stock.version,
        "asOf": from_ms(stock.updated_at),
        "available": stock.badge().left,
    }
    if "inventory:read" not in caller.scopes:
        return StockFigures(**{**public, "available": 0 if stock.available <= 0 else public["available"]})
    return StockFigures(
        **{**public, "available": stock.available},
        onHand=stock.on_hand,
        reserved=stock.reserved,
        unavailable=stock.unavailable,
        threshold=stock.threshold,
    )


def movement(row: StockMovement) -> Movement:
    return Movement(
        version=row.version,
        kind=row.kind,
        onHandDelta=row.d_on_hand,
        reservedDelta=row.d_reserved,
        unavailableDelta=row.d_unavailable,
        onHand=row.on_hand_after,
        reserved=row.reserved_after,
        unavailable=row.unavailable_after,
        reason=row.reason,
        actor=row.actor,
        label=row.label,
        at=from_ms(row.created_at),
    )
