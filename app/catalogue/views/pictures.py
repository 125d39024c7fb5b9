"""The pictures on a product's page: uploaded, described, put in order and deleted."""

from flask import Blueprint, flash, make_response, render_template
from werkzeug.wrappers import Response

from app.catalogue import browsing
from app.catalogue.forms.page import ProductEditor, open_editor
from app.catalogue.forms.placing import place_error
from app.catalogue.forms.product import DescribeForm, PictureForm
from app.catalogue.picture_files import MOST_BYTES
from app.catalogue.pictures import (
    add_picture,
    delete_picture,
    describe_picture,
    find_picture,
    keep_upload,
    move_picture,
)
from app.catalogue.views.pressing import press
from app.core import http
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import submit_once
from app.core.http import see_other
from app.security.access import current_caller, role_required

Page = str | Response | tuple[str, int]

bp = Blueprint("catalogue_pictures", __name__, url_prefix="/staff/catalogue")


@bp.get("/products/<int(max=999999999999999999):product_id>/pictures")
@role_required("staff")
def show_pictures(product_id: int) -> Response:
    """What the page asks for again while a picture is prepared."""
    return make_response(render_template("catalogue/_pictures.html", editor=open_editor(product_id)))


@bp.post("/products/<int(max=999999999999999999):product_id>/pictures")
@http.takes_upload(3 * MOST_BYTES)  # so that one that is too large can be told so at its field
@role_required("staff")
def post_new(product_id: int) -> Page:
    form, caller = PictureForm(prefix="picture-"), current_caller()
    form.offer(browsing.get_product(product_id))
    body = http.read_upload(form.file.data, MOST_BYTES)
    if not form.validate_on_submit() or not body:
        if not body:
            form.file.errors = ["Choose a picture from your device"]
        return product_page(open_editor(product_id, add_picture=form)), 422

    def act() -> str:
        add_picture(product_id, upload, form.alt.data, form.glaze.data or None, caller)
        return "The picture is uploaded and being prepared."

    try:
        upload = keep_upload(body)
        flash(submit_once(form, caller.name, act), "success")
    except DomainError as error:
        place_error(form, error)
        return product_page(open_editor(product_id, add_picture=form)), STATUS[error.kind]
    return see_other(f"/staff/catalogue/products/{product_id}#pictures")


@bp.post("/pictures/<int(max=999999999999999999):picture_id>")
@role_required("staff")
def post_picture(picture_id: int) -> Page:
    form, caller = DescribeForm(prefix="edit-"), current_caller()
    product_id = find_picture(picture_id).product_id
    if not form.validate_on_submit():
        editor = open_editor(product_id)
        editor.edit_picture, editor.editing = form, picture_id
        form.offer(editor.product)
        return product_page(editor), 422

    def act() -> str:
        describe_picture(picture_id, form.alt.data, form.glaze.data or None, caller)
        return "The picture is saved."

    flash(submit_once(form, caller.name, act), "success")
    return see_other(f"/staff/catalogue/products/{product_id}#pictures")


@bp.post("/pictures/<int(max=999999999999999999):picture_id>/move")
@role_required("staff")
def post_move(picture_id: int) -> Response:
    back = f"/staff/catalogue/products/{find_picture(picture_id).product_id}#pictures"

    def act(caller: object, direction: str) -> str:
        move_picture(picture_id, direction, current_caller())
        return "The pictures are in their new order."

    return press(act, back)


@bp.post("/pictures/<int(max=999999999999999999):picture_id>/delete")
@role_required("staff")
def post_delete(picture_id: int) -> Response:
    back = f"/staff/catalogue/products/{find_picture(picture_id).product_id}#pictures"

    def act(caller: object, _: str) -> str:
        delete_picture(picture_id, current_caller())
        return "The picture is deleted."

    return press(act, back)


def product_page(editor: ProductEditor) -> str:
    return render_template("catalogue/product.html", editor=editor)
