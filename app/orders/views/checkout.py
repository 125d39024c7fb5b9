"""Checkout as three short steps, each at its own address. Every step renews the hold."""

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request
from werkzeug.wrappers import Response

from app.core import clock
from app.core.database import run_transaction
from app.core.errors import DomainError
from app.core.forms import renew_key
from app.core.http import is_fragment_request, see_other
from app.inventory.errors import InsufficientStock, NotForSale, ReservationGone
from app.inventory.reservations import Party
from app.orders import checkout, deliveries, hold_terms, payments, queries
from app.orders.errors import (
    CheckoutIncomplete,
    EmptyCart,
    NoCheckout,
    NotPossibleNow,
    PaymentDeclined,
    PaymentRunning,
    TotalChanged,
)
from app.orders.forms.checkout import ContactForm, DeliveryForm, PaymentForm
from app.orders.hold_terms import HoldTerm
from app.orders.models import Order
from app.security import access, limits

bp = Blueprint("checkout", __name__, url_prefix="/checkout")

STEPS = (("contact", "Address"), ("delivery", "Delivery"), ("payment", "Pay"))
JUST_BOUGHT_MS = 3_600_000
BACK = {
    InsufficientStock: "Somebody was faster: there is less than you want of something. It is marked below.",
    NotForSale: "Something in your cart is no longer sold. It is marked below.",
}


@bp.errorhandler(EmptyCart)
def after_paying(error: EmptyCart) -> Response:
    """Whoever sends the payment twice, or goes back to it, wants the order that came of it."""
    latest = queries.find_latest(access.subject()) if request.path == "/checkout/payment" else None
    if latest and latest.placed_at and latest.placed_at > clock.now_ms() - JUST_BOUGHT_MS:
        return see_other(order_path(latest))
    return back_to_cart(error)


@bp.errorhandler(InsufficientStock)
@bp.errorhandler(NotForSale)
@bp.errorhandler(NoCheckout)
def back_to_cart(error: DomainError) -> Response:
    """The cart shows at each line what is wrong and how to mend it."""
    flash(BACK.get(type(error), error.detail), "warning")
    return go("/cart")


@bp.errorhandler(ReservationGone)
def tell_the_end(_: DomainError) -> Response:
    return go("/checkout/ended")


@bp.errorhandler(PaymentRunning)
@bp.errorhandler(NotPossibleNow)
def wait_for_bank(_: DomainError) -> Response:
    owner = access.subject()
    order = queries.find_open(owner) or queries.find_latest(owner)
    return go(order_path(order) if order else "/cart")


@bp.get("")
def start() -> Response:
    hold()
    return see_other("/checkout/contact")


@bp.get("/ended")
def show_end() -> str | Response:
    """The hold has reached its longest time. Holds nothing, so that looking at it takes nothing from others."""
    cart = queries.read_cart(access.subject())
    return render_template("orders/checkout_ended.html", cart=cart) if cart.items else see_other("/cart")


@bp.post("/hold/<any(contact, delivery, payment):step>")
def post_hold(step: str) -> str | Response:
    """Renew the hold from one of the steps; what was typed there comes along and stays, but for the card."""
    before = hold_terms.find_term(access.subject())
    order, term = hold(), hold_terms.find_term(access.subject())
    if is_fragment_request():
        return render_template("orders/_hold.html", term=term, step=step, said=say_term(before, term))
    flash(say_term(before, term), "info")
    forms = {"contact": ContactForm, "delivery": DeliveryForm}
    return step_page(step, order, forms[step]() if step in forms else PaymentForm(formdata=None))


@bp.get("/contact")
def show_contact() -> str:
    """What the shopper gave last time is filled in."""
    order, user = hold(), access.current_user()
    latest = queries.find_latest(access.subject())
    known = latest.address if latest else {"name": user.name if user else ""}
    email = order.email or (latest.email if latest else user.email if user else "")
    given = {"country": "DE", **(order.address or known), "email": email}
    return step_page("contact", order, ContactForm(formdata=None, data=given))


@bp.post("/contact")
def post_contact() -> Response | tuple[str, int]:
    order, form = hold(), ContactForm()
    if not form.validate_on_submit():
        return step_page("contact", order, form), 422
    fields = {
        name: (form[name].data or "").strip()
        for name in ("name", "line1", "line2", "postcode", "city", "country")
    }
    run_transaction(lambda: checkout.set_contact(access.subject(), form.email.data or "", fields))
    return see_other("/checkout/delivery")


@bp.get("/delivery")
def show_delivery() -> str:
    order = hold()
    return step_page(
        "delivery", order, DeliveryForm(formdata=None, data={"delivery": order.delivery or "parcel"})
    )


@bp.post("/delivery")
def post_delivery() -> Response | tuple[str, int]:
    order, form = hold(), DeliveryForm()
    try:
        run_transaction(lambda: checkout.set_delivery(access.subject(), form.delivery.data or ""))
    except DomainError as error:
        if error.kind != "invalid":
            raise
        form.delivery.errors = ["Choose how it should come"]
        return step_page("delivery", order, form), 422
    return see_other("/checkout/payment")


@bp.get("/payment")
def show_payment() -> str | Response:
    order = hold()
    try:
        checkout.require_complete(order)
    except CheckoutIncomplete as error:
        return see_other(f"/checkout/{error.facts['step']}")
    return step_page("payment", order, PaymentForm(formdata=None))


@bp.post("/payment")
@limits.limiter.limit(limits.LOGIN)
def post_payment() -> Response | tuple[str, int]:
    """A double click finds the payment under way, and its order's page."""
    form = PaymentForm()
    if not form.validate_on_submit():
        return step_page("payment", hold(), form), 422
    shown = form.total.data or ""
    try:
        total = int(shown[:12]) if shown.isdecimal() else -1
        order = payments.pay(party(), form.card.data or "", total, form.key.data or "")
    except PaymentDeclined as error:
        form.card.errors = [f"{error.detail}. Nothing was charged; try again, or use another card."]
    except TotalChanged:
        flash(
            "The total has changed while you were looking. Nothing was charged; look at it once more.",
            "warning",
        )
    else:
        return see_other(order_path(order))
    renew_key(form)
    return step_page("payment", hold(), form), 409


def party() -> Party:
    return Party(access.subject(), limits.client_mark())


def hold() -> Order:
    return checkout.hold_cart(party())


def go(path: str) -> Response:
    """To another page, also for a script that asked for a part of this one."""
    return Response("", 204, {"HX-Redirect": path}) if is_fragment_request() else see_other(path)


def order_path(order: Order) -> str:
    return f"/orders/{order.number}?token={order.token}"


def say_term(before: HoldTerm | None, term: HoldTerm | None) -> str:
    if term is None:
        return ""
    until = current_app.jinja_env.filters["clock"](clock.from_ms(term.expires_at))
    if term.is_longest and before and before.expires_at >= term.expires_at:
        return f"It is held until {until}; that is as long as we can keep it from others."
    return f"It is held for you until {until}."


def step_page(step: str, order: Order, form: Any) -> str:
    """Before a delivery is chosen the total counts the usual one, as the cart does: it never jumps upwards."""
    choices = [(choice, choice.cost(order.subtotal_minor)) for choice in deliveries.DELIVERIES]
    delivery, cost = next((pair for pair in choices if pair[0].code == order.delivery), choices[0])
    return render_template(
        f"orders/checkout_{step}.html",
        step=step,
        steps=STEPS,
        order=order,
        form=form,
        deliveries=choices,
        delivery=delivery,
        delivery_minor=cost,
        term=hold_terms.find_term(access.subject()),
        practises=current_app.config["SETTINGS"].practises_payments,
    )
