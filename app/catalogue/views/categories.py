"""The shelves of the shop for its owner, on one page."""

from secrets import token_hex

from flask import Blueprint, flash, render_template, request
from werkzeug.wrappers import Response

from app.catalogue import browsing
from app.catalogue.categories import create_category, delete_category, edit_category, move_category
from app.catalogue.forms.category import CategoryForm
from app.catalogue.forms.placing import place_error
from app.catalogue.views.pressing import press
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import submit_once
from app.core.http import see_other
from app.security.access import current_caller, role_required

Page = str | Response | tuple[str, int]
HERE = "/staff/catalogue/categories"

bp = Blueprint("catalogue_categories", __name__, url_prefix=HERE)


@bp.get("")
@role_required("staff")
def list_categories() -> str:
    for row in browsing.list_categories():
        if str(row.category.id) == request.args.get("edit"):
            return page(
                edit=CategoryForm(formdata=None, prefix="edit-").fill(row.category), editing=row.category.id
            )
    return page()


@bp.post("")
@role_required("staff")
def post_new() -> Page:
    form, caller = CategoryForm(prefix="add-"), current_caller()
    if not form.validate_on_submit():
        return page(add=form), 422

    def act() -> str:
        values = form.name.data, form.blurb.data or "", form.low_threshold.data
        return f"{create_category(*values, caller).name} is a new shelf of the shop."

    try:
        flash(submit_once(form, caller.name, act), "success")
    except DomainError as error:
        place_error(form, error)
        return page(add=form), STATUS[error.kind]
    return see_other(HERE)


@bp.post("/<int(max=999999999999999999):category_id>")
@role_required("staff")
def post_category(category_id: int) -> Page:
    form, caller = CategoryForm(prefix="edit-"), current_caller()
    if not form.validate_on_submit():
        return page(edit=form, editing=category_id), 422

    def act() -> str:
        values = form.name.data, form.blurb.data or "", form.low_threshold.data
        return f"{edit_category(category_id, *values, caller).name} is saved."

    try:
        flash(submit_once(form, caller.name, act), "success")
    except DomainError as error:
        place_error(form, error)
        return page(edit=form, editing=category_id), STATUS[error.kind]
    return see_other(HERE)


@bp.post("/<int(max=999999999999999999):category_id>/move")
@role_required("staff")
def post_move(category_id: int) -> Response:
    return press(
        lambda caller, value: f"{move_category(category_id, value, caller).name} is in its new place.", HERE
    )


@bp.post("/<int(max=999999999999999999):category_id>/delete")
@role_required("staff")
def post_delete(category_id: int) -> Response:
    return press(lambda caller, _: f"{delete_category(category_id, caller)} is deleted.", HERE)


def page(add: CategoryForm | None = None, edit: CategoryForm | None = None, editing: int = 0) -> str:
    return render_template(
        "catalogue/categories.html",
        rows=browsing.list_categories(),
        add=add or CategoryForm(formdata=None, prefix="add-"),
        edit=edit,
        editing=editing,
        once=token_hex(16),
    )
