"""The variants on a product's page: added, edited, retired and restored."""

from flask import Blueprint, flash, render_template
from werkzeug.wrappers import Response

from app.catalogue import browsing
from app.catalogue.errors import StaleProduct
from app.catalogue.forms.page import ProductEditor, open_editor
from app.catalogue.forms.placing import place_error
from app.catalogue.forms.product import NewVariantForm, VariantForm
from app.catalogue.models import Variant
from app.catalogue.variants import add_variant, edit_variant, restore_variant, retire_variant
from app.catalogue.views.pressing import press
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import submit_once
from app.core.http import see_other
from app.security.access import current_caller, role_required

Page = str | Response | tuple[str, int]

bp = Blueprint("catalogue_variants", __name__, url_prefix="/staff/catalogue")


@bp.post("/products/<int(max=999999999999999999):product_id>/variants")
@role_required("staff")
def post_new(product_id: int) -> Page:
    form, caller = NewVariantForm(prefix="add-"), current_caller()
    if not form.validate_on_submit():
        return product_page(open_editor(product_id, add_variant=form)), 422

    def act() -> str:
        variant = add_variant(product_id, form.sku.data, form.values(), caller)
        return f"{variant.sku} is added. Its stock is 0 until you count or receive some."

    try:
        flash(submit_once(form, caller.name, act), "success")
    except DomainError as error:
        place_error(form, error)
        return product_page(open_editor(product_id, add_variant=form)), STATUS[error.kind]
    return see_other(f"/staff/catalogue/products/{product_id}#variants")


@bp.post("/variants/<int(max=999999999999999999):variant_id>")
@role_required("staff")
def post_variant(variant_id: int) -> Page:
    form, caller = VariantForm(prefix="edit-"), current_caller()
    product_id = browsing.get_variant(variant_id).product_id
    if not form.validate_on_submit():
        return product_page(open_variant(product_id, variant_id, form)), 422
    shown = form.version.data or ""
    expect = int(shown[:18]) if shown.isascii() and shown.isdigit() else None

    def act() -> str:
        return f"{edit_variant(variant_id, form.values(), caller, expect=expect).sku} is saved."

    try:
        flash(submit_once(form, caller.name, act), "success")
    except DomainError as error:
        place_error(form, error)
        editor = open_variant(product_id, variant_id, form)
        if isinstance(error, StaleProduct):
            editor.differences = error.differences
            form.version.data = str(editor.product.version)
        return product_page(editor), STATUS[error.kind]
    return see_other(f"/staff/catalogue/products/{product_id}#variants")


@bp.post("/variants/<int(max=999999999999999999):variant_id>/retire")
@role_required("staff")
def post_retire(variant_id: int) -> Response:
    return press(
        lambda caller, _: (
            f"{retire_variant(variant_id, caller).sku} is retired: nobody is offered it any more."
        ),
        back_of(browsing.get_variant(variant_id)),
    )


@bp.post("/variants/<int(max=999999999999999999):variant_id>/restore")
@role_required("staff")
def post_restore(variant_id: int) -> Response:
    return press(
        lambda caller, _: f"{restore_variant(variant_id, caller).sku} is offered again.",
        back_of(browsing.get_variant(variant_id)),
    )


def back_of(variant: Variant) -> str:
    return f"/staff/catalogue/products/{variant.product_id}#variants"


def open_variant(product_id: int, variant_id: int, form: VariantForm) -> ProductEditor:
    editor = open_editor(product_id)
    editor.edit_variant, editor.editing = form, variant_id
    return editor


def product_page(editor: ProductEditor) -> str:
    return render_template("catalogue/product.html", editor=editor)
