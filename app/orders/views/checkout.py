"""Checkout as three short steps, each at its own address. Every step renews the hold."""

from typing import Any

from flask import Blueprint, current_app, flash, render_template
from werkzeug.wrappers import Response

from app.core.database import run_transaction
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import renew_key
from app.core.http import see_other
from app.inventory.errors import InsufficientStock, NotForSale, ReservationGone
from app.inventory.reservations import Party
from app.orders import checkout, deliveries, payments, queries
from app.orders.errors import (
    CheckoutIncomplete,
    EmptyCart,
    NoCheckout,
    PaymentDeclined,
    PaymentRunning,
    TotalChanged,
)
from app.orders.forms.checkout import ContactForm, DeliveryForm, PaymentForm
from app.orders.models import Order
from app.security import access, limits

bp = Blueprint("checkout", __name__, url_prefix="/checkout")

STEPS = (("contact", "Address"), ("delivery", "Delivery"), ("payment", "Pay"))


@bp.errorhandler(EmptyCart)
@bp.errorhandler(InsufficientStock)
@bp.errorhandler(NotForSale)
@bp.errorhandler(NoCheckout)
def back_to_cart(error: DomainError) -> Response:
    """The cart shows at each line what is wrong and how to mend it."""
    flash(error.detail, "warning")
    return see_other("/cart")


@bp.errorhandler(ReservationGone)
def begin_again(_: DomainError) -> Response:
    flash("Your hold had reached its longest time and has ended. Look at the cart and go on.", "warning")
    return see_other("/cart")


@bp.errorhandler(PaymentRunning)
def wait_for_bank(_: DomainError) -> Response:
    order = queries.find_open(access.subject())
    return see_other(f"/orders/{order.number}?token={order.token}" if order else "/cart")


@bp.get("")
def start() -> Response:
    hold()
    return see_other("/checkout/contact")


@bp.get("/contact")
def show_contact() -> str:
    order = hold()
    user = access.current_user()
    given = {"country": "DE", **order.address, "email": order.email or (user.email if user else "")}
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
        order = payments.pay(party(), form.card.data or "", int(shown[:12]) if shown.isdecimal() else -1)
    except (PaymentDeclined, TotalChanged) as error:
        form.card.errors = [error.detail]
        renew_key(form)
        return step_page("payment", hold(), form), STATUS[error.kind]
    return see_other(f"/orders/{order.number}?token={order.token}")


def party() -> Party:
    return Party(access.subject(), limits.client_mark())


def hold() -> Order:
    return checkout.hold_cart(party())


def step_page(step: str, order: Order, form: Any) -> str:
    choices = [(choice, choice.cost(order.subtotal_minor)) for choice in deliveries.DELIVERIES]
    return render_template(
        f"orders/checkout_{step}.html",
        step=step,
        steps=STEPS,
        order=order,
        form=form,
        deliveries=choices,
        hold=checkout.get_hold(order),
        practises=current_app.config["SETTINGS"].practises_payments,
    )
