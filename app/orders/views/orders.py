"""An order's page for whoever has its link, the orders of an account, and the way to a lost link."""

from typing import Any

from flask import Blueprint, flash, render_template, request
from werkzeug.wrappers import Response

from app.core.database import db, run_safely, run_transaction
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import OnceForm, submit_once
from app.core.http import is_fragment_request, is_opened_by_person, see_other
from app.orders import fulfilment, lookups, notices, queries
from app.orders.access import get_order_for
from app.orders.deliveries import DELIVERIES
from app.orders.forms.orders import LookupForm
from app.orders.models import Order
from app.orders.progress import list_steps
from app.orders.reviews import is_backordered
from app.realtime.positions import note_positions
from app.security import access, limits

bp = Blueprint("orders", __name__, url_prefix="/orders")

CANCELLABLE = ("payment_pending", "paid", "stock_review")
RECEIPTED = ("paid", "processing", "shipped", "delivered", "returned")


@bp.get("")
def list_orders() -> str:
    """What this owner has bought, and a form for those who come with a number."""
    return render_template(
        "orders/list.html", orders=queries.list_orders(access.subject()), form=LookupForm(formdata=None)
    )


@bp.post("/links")
@limits.limiter.limit(limits.LOGIN)
def post_lookup() -> str | tuple[str, int]:
    """Mails the order's link. The answer is the same whether the two belong together or not."""
    form = LookupForm()
    orders = queries.list_orders(access.subject())
    if not form.validate_on_submit():
        return render_template("orders/list.html", orders=orders, form=form), 422
    number, email = (form.number.data or "").strip().upper(), (form.email.data or "").strip().lower()
    run_transaction(lambda: lookups.send_link(number, email))
    return render_template("orders/list.html", orders=orders, form=form, sent=True)


@bp.get("/<number>")
def show_order(number: str) -> str:
    order = find(number)
    if is_opened_by_person() and order.owner == access.subject():
        run_safely(lambda: notices.order_opened(order))
    # What is shown must be read after the position, and only the order tells the name of its channel.
    note_positions(f"order:{order.token}")
    db.session.expire(order)
    return order_page(find(number))


@bp.get("/<number>/receipt")
def show_receipt(number: str) -> str | Response:
    """For printing; there is none of what was not paid."""
    order = find(number)
    if order.status not in RECEIPTED:
        return see_other(f"/orders/{order.number}?token={order.token}")
    return render_template("orders/receipt.html", **details(order))


@bp.post("/<number>/cancellation")
def post_cancellation(number: str) -> str | Response | tuple[str, int]:
    form, order = OnceForm(), find(number)
    path, owner = f"/orders/{order.number}?token={order.token}", order.owner

    def act() -> str:
        fulfilment.cancel_order(find(number), owner, "Cancelled by the shopper")
        return "The order is cancelled. What was paid is on its way back."

    try:
        flash(submit_once(form, owner, act), "success")
    except DomainError as error:
        return order_page(find(number), error.detail), STATUS[error.kind]
    return see_other(path)


def find(number: str) -> Order:
    return get_order_for(access.subject(), number, request.values.get("token", ""))


def order_page(order: Order, error: str = "") -> str:
    events = queries.list_events(order.id)
    return render_template(
        "orders/_order_answer.html" if is_fragment_request() else "orders/order.html",
        **details(order),
        steps=list_steps(order, events),
        is_backordered=is_backordered(order, events),
        error=error,
        form=OnceForm(formdata=None),
        can_cancel=order.status in CANCELLABLE,
        has_receipt=order.status in RECEIPTED,
    )


def details(order: Order) -> dict[str, Any]:
    return {
        "order": order,
        "delivery": next((each for each in DELIVERIES if each.code == order.delivery), None),
        "refunded_minor": sum(payment.refunded_minor for payment in queries.list_payments(order.id)),
    }
