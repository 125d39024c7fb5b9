"""The cart: a page first, a drawer with a script; either follows stock and price while somebody looks."""

from collections.abc import Callable

from flask import Blueprint, flash, render_template, request
from werkzeug.wrappers import Response

from app.core.database import run_transaction
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import OnceForm, submit_once
from app.core.http import is_fragment_request, safe_next, see_other
from app.orders import carts, checkout, deliveries, hold_terms, queries
from app.orders.forms.cart import AddForm, LineForm
from app.realtime.positions import note_positions
from app.security import access, limits

bp = Blueprint("cart", __name__, url_prefix="/cart")


@bp.get("")
def show_cart() -> str:
    """With `removed` and `quantity` it offers to put that back."""
    return cart_page(removed=request.args.get("removed", ""), quantity=request.args.get("quantity", ""))


@bp.get("/count")
def show_count() -> str:
    """For a header that missed what was pushed."""
    return render_template("orders/_cart_count.html", count=queries.count_cart(access.subject()))


@bp.get("/drawer")
def show_drawer() -> str:
    """The empty drawer, which a page asks for at its first use."""
    return render_template("orders/_drawer.html")


@bp.post("")
@limits.limiter.limit(limits.RESERVE)
def post_line() -> Response | tuple[str, int]:
    """Add to the cart, from a product page, the wishlist or an undo; `next` is where the shopper stays."""
    form = AddForm()
    owner, sku = access.subject(), form.sku.data or ""
    if not form.validate_on_submit():
        return refused(first_error(form))

    def add() -> str:
        carts.add_to_cart(owner, sku, form.quantity.data or 1)
        return f"{queries.find_name(sku)} is in your cart."

    return answer(lambda: submit_once(form, owner, add), path=safe_next(request.form.get("next") or "/cart"))


@bp.post("/<sku>")
def post_quantity(sku: str) -> Response | tuple[str, int]:
    """Set how many; `to` is what the buttons beside the number say. Nothing takes the line out."""
    form = LineForm()
    if not form.validate_on_submit():
        return refused(first_error(form), sku)
    quantity = (form.quantity.data if form.to.data is None else form.to.data) or 0
    if quantity == 0:
        return take_out(form, sku)

    def change() -> str:
        # However often a number is set, it is that number: no key is needed.
        run_transaction(lambda: carts.set_quantity(access.subject(), sku, quantity))
        return ""

    return answer(change, sku)


@bp.post("/<sku>/removal")
def post_removal(sku: str) -> Response | tuple[str, int]:
    return take_out(OnceForm(), sku)


@bp.post("/<sku>/saved")
def post_saved(sku: str) -> Response | tuple[str, int]:
    """Save for later, or with `saved` empty back into the cart."""
    saved = bool(request.form.get("saved"))

    def move() -> str:
        run_transaction(lambda: carts.save_for_later(access.subject(), sku, saved=saved))
        name = queries.find_name(sku)
        return f"{name} is saved for later." if saved else f"{name} is in your cart again."

    return answer(move, sku)


@bp.post("/prices")
def post_prices() -> Response | tuple[str, int]:
    def accept() -> str:
        run_transaction(lambda: carts.accept_prices(access.subject()))
        return ""

    return answer(accept)


def take_out(form: OnceForm, sku: str) -> Response | tuple[str, int]:
    """Its answer offers to put back as many as there were."""
    owner = access.subject()
    try:
        quantity = submit_once(form, owner, lambda: str(carts.remove_line(owner, sku)))
    except DomainError as error:
        return refused(error.detail, sku, STATUS[error.kind])
    if is_fragment_request():
        said = f"{queries.find_name(sku)} is taken out of the cart."
        return cart_page(removed=sku, quantity=quantity, said=said), 200
    return see_other(f"/cart?removed={sku}&quantity={quantity}")


def answer(act: Callable[[], str], sku: str = "", *, path: str = "/cart") -> Response | tuple[str, int]:
    """Act, then show the cart as it is now, or where the shopper came from."""
    try:
        said = act()
    except DomainError as error:
        mistakes = error.facts.get("errors") or [{"message": error.detail}]
        return refused(str(mistakes[0]["message"]), sku, STATUS[error.kind])
    if is_fragment_request():
        return cart_page(said=said), 200
    if said:
        flash(said, "success")
    return see_other(path)


def refused(text: str, sku: str = "", status: int = 422) -> tuple[str, int]:
    """The cart with what is wrong at its line."""
    return cart_page(error=text, error_sku=sku, said=text), status


def cart_page(
    *, error: str = "", error_sku: str = "", removed: str = "", quantity: str = "", said: str = ""
) -> str:
    owner = access.subject()
    note_positions(owner)
    cart = queries.read_cart(owner, checkout.kept_units(owner))
    parcel = deliveries.DELIVERIES[0]
    context = {
        "cart": cart,
        "form": OnceForm(formdata=None),
        "error": error,
        "error_sku": error_sku if error_sku in {item.sku for item in [*cart.items, *cart.saved]} else "",
        "removed": removed[:64],
        "removed_name": queries.find_name(removed) if removed else "",
        "removed_quantity": quantity[:6],
        "said": said,
        "delivery": parcel,
        "delivery_minor": parcel.cost(cart.subtotal_minor),
        "term": hold_terms.find_term(owner),
    }
    return render_template(
        "orders/_cart_answer.html" if is_fragment_request() else "orders/cart.html", **context
    )


def first_error(form: OnceForm) -> str:
    return next((str(errors[0]) for errors in form.errors.values()), "Please send that again.")
