"""The places where stock stands."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from app.core.forms import answer_form
from app.inventory import locations
from app.inventory.forms.locations import LocationForm, RenameForm
from app.security.access import current_caller, role_required

PATH = "/staff/inventory/locations"

bp = Blueprint("locations", __name__, url_prefix=PATH)


@bp.get("")
@role_required("staff", "agent")
def show_locations() -> str:
    return locations_page(LocationForm())


@bp.post("")
@role_required("staff")
def post_location() -> Response:
    form, caller = LocationForm(), current_caller()

    def act() -> str:
        code, name = form.code.data.strip(), form.name.data.strip()
        locations.add_location(code, name, actor=caller.name, role=caller.role)
        return f"{name} is a location now. Stock gets there by a transfer, or when you receive it there."

    return answer_form(form, caller.name, PATH, act, lambda: locations_page(form))


@bp.post("/<code>")
@role_required("staff")
def post_name(code: str) -> Response:
    form, caller = RenameForm(), current_caller()

    def act() -> str:
        locations.rename_location(code, form.name.data.strip(), actor=caller.name, role=caller.role)
        return f"{code} is called {form.name.data.strip()} now."

    return answer_form(
        form, caller.name, PATH, act, lambda: locations_page(LocationForm(formdata=None), {code: form})
    )


def locations_page(form: LocationForm, renames: dict[str, RenameForm] | None = None) -> str:
    rows = locations.list_locations()
    sent = renames or {}
    forms = {row.code: sent.get(row.code) or RenameForm(formdata=None, name=row.name) for row in rows}
    return render_template("inventory/locations.html", rows=rows, form=form, forms=forms, path=PATH)
