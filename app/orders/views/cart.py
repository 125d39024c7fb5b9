"""The cart: a page first; with htmx its list is swapped in place, and follows stock and price."""

from collections.abc import Callable

from flask import Blueprint, flash, render_template, request
from werkzeug.wrappers import Response

from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import OnceForm, submit_once
from app.core.http import is_fragment_request, safe_next, see_other
from app.orders import carts, checkout, deliveries, queries
from app.orders.forms.cart import AddForm, LineForm
from app.security import access, limits

bp = Blueprint("cart", __name__, url_prefix="/cart")


@bp.get("")
def show_cart() -> str:
    return cart_page()


@bp.post("")
@limits.limiter.limit(limits.RESERVE)
def post_line() -> Response | tuple[str, int]:
    """Add to the cart, from a product page, the wishlist or an undo; `next` is where the shopper stays."""
    form = AddForm()
    owner, sku = access.subject(), form.sku.data or ""
    if not form.validate_on_submit():
        return refused(first_error(form))

    def act() -> str:
        carts.add_to_cart(owner, sku, form.quantity.data or 1)
        return "It is in your cart."

    return done(form, act, safe_next(request.form.get("next") or "/cart"))


@bp.post("/<sku>")
def post_quantity(sku: str) -> Response | tuple[str, int]:
    form = LineForm()
    if not form.validate_on_submit():
        return refused(first_error(form), sku)

    def act() -> str:
        carts.set_quantity(access.subject(), sku, form.quantity.data or 0)
        return ""

    return done(form, act, "/cart", sku)


@bp.post("/<sku>/removal")
def post_removal(sku: str) -> Response | tuple[str, int]:
    form = OnceForm()

    def act() -> str:
        return str(carts.remove_line(access.subject(), sku))

    return done(form, act, "/cart", sku, removed=True)


@bp.post("/<sku>/saved")
def post_saved(sku: str) -> Response | tuple[str, int]:
    """Save for later, or with `saved` empty back into the cart."""
    form, saved = OnceForm(), bool(request.form.get("saved"))

    def act() -> str:
        carts.save_for_later(access.subject(), sku, saved=saved)
        return ""

    return done(form, act, "/cart", sku)


@bp.post("/prices")
def post_prices() -> Response | tuple[str, int]:
    form = OnceForm()

    def act() -> str:
        carts.accept_prices(access.subject())
        return ""

    return done(form, act, "/cart")


def done(
    form: OnceForm, act: Callable[[], str], path: str, sku: str = "", *, removed: bool = False
) -> Response | tuple[str, int]:
    if not form.validate_on_submit():
        return refused("Please send that again.", sku)
    try:
        message = submit_once(form, access.subject(), act)
    except DomainError as error:
        return refused(error.detail, sku, STATUS[error.kind])
    undo = f"?removed={sku}&quantity={message}" if removed else ""
    if is_fragment_request() and path == "/cart":
        return cart_page(removed=sku if removed else "", quantity=message if removed else ""), 200
    if message and not removed:
        flash(message, "success")
    return see_other(path + undo)


def refused(text: str, sku: str = "", status: int = 422) -> tuple[str, int]:
    """The cart with what is wrong at its line."""
    return cart_page(error=text, error_sku=sku), status


def cart_page(*, error: str = "", error_sku: str = "", removed: str = "", quantity: str = "") -> str:
    owner = access.subject()
    cart = queries.read_cart(owner, checkout.held_units(owner))
    known = {item.sku for item in [*cart.items, *cart.saved]}
    parcel = deliveries.DELIVERIES[0]
    context = {
        "cart": cart,
        "form": OnceForm(formdata=None),
        "error": error,
        "error_sku": error_sku if error_sku in known else "",
        "removed": removed or request.args.get("removed", "")[:64],
        "removed_quantity": (quantity or request.args.get("quantity", ""))[:6],
        "delivery": parcel,
        "delivery_minor": parcel.cost(cart.subtotal_minor),
    }
    return render_template("orders/_cart.html" if is_fragment_request() else "orders/cart.html", **context)


def first_error(form: OnceForm) -> str:
    return next((str(errors[0]) for errors in form.errors.values()), "Please send that again.")
