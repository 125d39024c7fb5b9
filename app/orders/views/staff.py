"""Orders for those who pack them."""

from collections.abc import Callable

from flask import Blueprint, flash, render_template, request
from werkzeug.wrappers import Response

from app.core.database import db
from app.core.errors import DomainError, Invalid
from app.core.failures import STATUS
from app.core.forms import OnceForm, submit_once
from app.core.http import see_other
from app.inventory.history import name_people
from app.orders import fulfilment, queries, reviews
from app.orders.deliveries import DELIVERIES
from app.orders.forms.orders import NoteForm, ReturnForm
from app.orders.models import Order
from app.security.access import current_caller, role_required

bp = Blueprint("staff_orders", __name__, url_prefix="/staff/orders")

PAGE = 50
STEPS: dict[str, Callable[[Order, str, str], None]] = {
    "processing": lambda order, actor, _: fulfilment.process_order(order, actor),
    "shipment": fulfilment.ship_order,
    "delivery": lambda order, actor, _: fulfilment.deliver_order(order, actor),
    "cancellation": fulfilment.cancel_order,
    "supply": reviews.supply_order,
    "backorder": reviews.backorder_order,
}
DONE = {
    "processing": "{number} is being packed; the units are off the shelf and the money is taken.",
    "shipment": "{number} is on its way.",
    "delivery": "{number} has arrived.",
    "cancellation": "{number} is cancelled; units and money go back.",
    "supply": "{number} has its units and is paid; it can be packed.",
    "backorder": "{number} waits for the next units; the shopper has been written to.",
}


@bp.get("")
@role_required("staff", "agent")
def list_orders() -> str:
    status, query = request.args.get("status", ""), request.args.get("q", "").strip()[:80]
    before = request.args.get("before", type=int)
    orders = queries.search_orders(query, status=status, before=before, limit=PAGE)
    return render_template(
        "orders/staff_list.html",
        orders=orders,
        order_status=status,
        order_query=query,
        counts=queries.count_by_status(),
        more=orders[-1].id if len(orders) == PAGE else None,
    )


@bp.get("/<number>")
@role_required("staff", "agent")
def show_order(number: str) -> str:
    return order_page(queries.get_order(number))


@bp.post("/<number>/<any(processing, shipment, delivery, cancellation, supply, backorder):step>")
@role_required("staff")
def post_step(number: str, step: str) -> str | Response | tuple[str, int]:
    form = NoteForm()
    note = (form.note.data or "").strip()

    def act(order: Order, actor: str) -> str:
        STEPS[step](order, actor, note)
        return DONE[step].format(number=number)

    return take_step(number, step, form, act)


@bp.post("/<number>/returns")
@role_required("staff")
def post_return(number: str) -> str | Response | tuple[str, int]:
    form = ReturnForm()

    def act(order: Order, actor: str) -> str:
        if not form.validate():
            raise Invalid("Say how many came back")
        restock = form.outcome.data == "restock"
        units, sku = form.quantity.data or 0, form.sku.data or ""
        fulfilment.return_line(order, sku, units, restock=restock, actor=actor)
        return f"{units} of {sku} came back; the refund is on its way."

    return take_step(number, "return", form, act)


def take_step(
    number: str, step: str, form: OnceForm, act: Callable[[Order, str], str]
) -> str | Response | tuple[str, int]:
    caller = current_caller()

    def write() -> str:
        order = queries.get_order(number)
        before = {"status": order.status}
        message = act(order, caller.name)
        db.session.refresh(order)
        caller.note(f"order_{step}", f"order:{number}", before, {"status": order.status})
        return message

    try:
        flash(submit_once(form, caller.name, write), "success")
    except DomainError as error:
        return order_page(queries.get_order(number), error.detail), STATUS[error.kind]
    return see_other(f"/staff/orders/{number}")


def order_page(order: Order, error: str = "") -> str:
    events = queries.list_events(order.id)
    return render_template(
        "orders/staff_order.html",
        order=order,
        events=events,
        people=name_people({event.actor for event in events}),
        delivery=next((each for each in DELIVERIES if each.code == order.delivery), None),
        payments=queries.list_payments(order.id),
        form=NoteForm(formdata=None),
        error=error,
    )
