"""The product page, and the form on it for what is sold out."""

from dataclasses import dataclass

from flask import Blueprint, current_app, flash, make_response, render_template, request
from werkzeug.wrappers import Response

from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import OnceForm, renew_key, submit_once
from app.core.http import is_fragment_request, see_other
from app.inventory import restock_guests, restocks
from app.inventory.restocks import Wish
from app.security import access, limits
from app.storefront import product
from app.storefront.forms import RestockForm
from app.storefront.product import GonePage, ProductPage

NOTED = {
    "listed": "You are on the list. We will write to {email} when it is back.",
    "asked": "Look into your mail: the link we sent to {email} puts you on the list. "
    f"It works for {restocks.LINK_HOURS} hours.",
    "here": "You are on the list. We will tell you in this browser when it is back.",
}

bp = Blueprint("product", __name__)


@dataclass(frozen=True)
class Waiting:
    """What the page says to who would wait: that they do already, that it is noted, or the form.

    Guests `may_be_here` without an address: told in their browser alone.
    """

    form: RestockForm
    wish: Wish | None
    stop: OnceForm | None
    noted: str
    may_be_here: bool


@bp.get("/products/<slug>")
def show_product(slug: str) -> Response:
    return product_page(read_product(slug, request.args.get("sku")))


@bp.post("/products/<slug>/back-in-stock")
@limits.limiter.limit(limits.RESTOCK)
@limits.limiter.limit(limits.RESTOCK_OF_VISITOR, key_func=access.subject)
@limits.limiter.limit(
    limits.RESTOCK_TO_ADDRESS, key_func=limits.account_key, exempt_when=limits.names_no_account
)
def ask_for_restock(slug: str) -> Response:
    """The answer is the same for every address, so that none tells who waits for what."""
    form = read_form()
    shown = read_product(slug, form.sku.data)
    if isinstance(shown, GonePage):
        return product_page(shown)
    status = 422
    if form.validate_on_submit():
        try:
            how = submit_once(form, access.current_caller().name, lambda: note(form))
            return noted_page(shown, form, NOTED[how].format(email=form.email.data))
        except DomainError as error:
            form.email.errors = [error.detail]
            status = STATUS[error.kind]
            renew_key(form)
    return product_page(shown, form, status=status)


def read_form() -> RestockForm:
    """Who has signed in since the page was made is told as an account."""
    form, user = RestockForm(), access.current_user()
    if form.is_here and user:
        form.email.data = user.email
    return form


def note(form: RestockForm) -> str:
    """How it was noted, without the address: this answer is kept for a repeat."""
    user = access.current_user()
    if form.is_here and user is None:
        restock_guests.ask_here(form.sku.data, access.subject())
        return "here"
    counts = restocks.ask(form.sku.data, form.email.data, user)
    return "listed" if counts else "asked"


def noted_page(shown: ProductPage, form: RestockForm, noted: str) -> Response:
    if is_fragment_request():
        return product_page(shown, form, noted=noted)
    flash(noted, "success")
    return see_other(shown.selected.path)


def read_product(slug: str, sku: str | None) -> ProductPage | GonePage:
    """Raises NotFound."""
    user = access.current_user()
    return product.show(slug, sku, sees_drafts=user is not None and user.role != "shopper")


def product_page(
    shown: ProductPage | GonePage, form: RestockForm | None = None, *, status: int = 200, noted: str = ""
) -> Response:
    """What is no longer made answers 410 and says what else there is: search engines forget it, people need not."""
    if isinstance(shown, GonePage):
        return make_response(render_template("storefront/gone.html", **vars(shown)), 410)
    is_part = request.method == "POST" and is_fragment_request()
    template = "storefront/_restock.html" if is_part else "storefront/product.html"
    page = render_template(
        template,
        **vars(shown),
        waiting=waiting_for(shown, form, noted),
        shows_viewers=current_app.config["SETTINGS"].STOREFRONT_SHOW_VIEWERS,
    )
    return make_response(page, status)


def waiting_for(shown: ProductPage, form: RestockForm | None, noted: str) -> Waiting:
    user, sku = access.current_user(), shown.selected.sku
    form = form or RestockForm(formdata=None, sku=sku, email=user.email if user else "")
    wish = restocks.find_request(user, sku) or restock_guests.find_here(sku, access.subject())
    may_be_here = user is None and bool(current_app.config["SETTINGS"].PUSH_ENABLE_WEB_PUSH)
    return Waiting(form, wish, OnceForm(formdata=None) if wish else None, noted, may_be_here)
