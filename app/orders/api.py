"""Where payment providers tell what became of a payment."""

from flask import Blueprint, Flask, jsonify, request
from pydantic import BaseModel
from werkzeug.wrappers import Response

from app.core.errors import NotFound
from app.core.openapi import Operation, describes
from app.orders import callbacks
from app.orders.providers import ForgedCallback, current_provider
from app.security import limits
from app.security.errors import TooManyRequests

bp = Blueprint("orders_api", __name__, url_prefix="/api/payments")


class Taken(BaseModel):
    taken: bool


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.post("/<name>/callback")
@limits.limiter.limit(limits.API_WRITE)
@describes(
    Operation(
        "For the payment provider: what became of a payment, signed; a repeated message is no news",
        Taken,
        errors=(NotFound, ForgedCallback, TooManyRequests),
    )
)
def take_callback(name: str) -> Response:
    provider = current_provider()
    if provider.name != name:
        raise NotFound(f"No provider is called {name}")
    told = provider.read_callback(dict(request.headers), request.get_data())
    callbacks.take_callback(name, told.event_id, told.reference, told.outcome)
    return jsonify(taken=True)
