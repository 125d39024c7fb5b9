"""Products for the shop's owner: the list, a new one, and the page where one is edited."""

from flask import Blueprint, flash, render_template, request
from werkzeug.wrappers import Response

from app.catalogue import browsing, queries
from app.catalogue.browsing import PAGE
from app.catalogue.errors import StaleProduct
from app.catalogue.forms.page import ProductEditor, open_editor, show_edited
from app.catalogue.forms.placing import place_error
from app.catalogue.forms.product import NewProductForm, ProductForm
from app.catalogue.models import STATUSES
from app.catalogue.products import change_status, create_product, edit_product
from app.catalogue.views.pressing import press
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import submit_once
from app.core.http import see_other
from app.security.access import Caller, current_caller, role_required

Page = str | Response | tuple[str, int]

SAID = {
    "active": "{} is in the shop now.",
    "draft": "{} is a draft: only staff see it.",
    "archived": "{} is archived: its page says that it is no longer made.",
}

bp = Blueprint("catalogue_products", __name__, url_prefix="/staff/catalogue")


@bp.get("")
@role_required("staff")
def list_products() -> str:
    query = request.args.get("q", "").strip()[:80]
    status = request.args.get("status", "")
    status = status if status in STATUSES else ""
    category = request.args.get("category", "")[:60]
    number = request.args.get("page", "1")
    page = int(number[:6]) if number.isascii() and number.isdigit() and int(number[:6]) else 1
    rows, total = browsing.search_products(query, status, category, page)
    return render_template(
        "catalogue/list.html",
        rows=rows,
        total=total,
        page=page,
        pages=-(-total // PAGE),
        query=query,
        status=status,
        category=category,
        categories=queries.list_categories(),
    )


@bp.get("/new")
@role_required("staff")
def show_new() -> str:
    """`like` names a product to begin with: its texts, without its variants and pictures."""
    form = NewProductForm(formdata=None)
    like = request.args.get("like", "")
    if like.isascii() and like.isdigit():
        form.fill(browsing.get_product(int(like[:18])))
        form.name.data = f"{form.name.data} (copy)"[:120]
    return new_page(form)


@bp.post("/new")
@role_required("staff")
def post_new() -> Page:
    form, caller = NewProductForm(), current_caller()
    form.offer(queries.list_categories())
    if not form.validate_on_submit():
        return new_page(form), 422

    def act() -> str:
        return str(create_product(form.basics(), caller, slug=form.slug.data or "").id)

    try:
        product_id = submit_once(form, caller.name, act)
    except DomainError as error:
        place_error(form, error)
        return new_page(form), STATUS[error.kind]
    flash("Saved as a draft. Add what can be bought and pictures, then put it into the shop.", "success")
    return see_other(f"/staff/catalogue/products/{product_id}#variants")


def new_page(form: NewProductForm) -> str:
    categories = queries.list_categories()
    form.offer(categories)
    return render_template("catalogue/new.html", form=form, categories=categories)


@bp.get("/products/<int(max=999999999999999999):product_id>")
@role_required("staff")
def show_product(product_id: int) -> str:
    editor = open_editor(product_id)
    show_edited(editor, request.args.get("variant"), request.args.get("picture"))
    undo = request.args.get("undo", "")
    editor.undo = undo if undo in STATUSES and undo != editor.product.status else ""
    return product_page(editor)


@bp.post("/products/<int(max=999999999999999999):product_id>")
@role_required("staff")
def post_product(product_id: int) -> Page:
    form, caller = ProductForm(), current_caller()
    editor = open_editor(product_id, basics=form)
    if not form.validate_on_submit():
        return product_page(editor), 422
    shown = form.version.data or ""
    expect = int(shown[:18]) if shown.isascii() and shown.isdigit() else None

    def act() -> str:
        return f"{edit_product(product_id, form.basics(), caller, expect=expect).name} is saved."

    try:
        flash(submit_once(form, caller.name, act), "success")
    except DomainError as error:
        editor = open_editor(product_id, basics=form)
        place_error(form, error)
        if isinstance(error, StaleProduct):
            editor.differences = error.differences
            form.version.data = str(editor.product.version)
        return product_page(editor), STATUS[error.kind]
    return see_other(f"/staff/catalogue/products/{product_id}")


@bp.post("/products/<int(max=999999999999999999):product_id>/status")
@role_required("staff")
def post_status(product_id: int) -> Response:
    before = browsing.get_product(product_id).status

    def act(caller: Caller, status: str) -> str:
        change_status(product_id, status, caller)
        return SAID[status].format(browsing.get_product(product_id).name)

    archives = request.form.get("value") == "archived" and before != "archived"
    undo = f"?undo={before}" if archives else ""
    return press(act, f"/staff/catalogue/products/{product_id}{undo}")


def product_page(editor: ProductEditor) -> str:
    return render_template("catalogue/product.html", editor=editor)
