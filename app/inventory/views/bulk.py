"""One change for the SKUs that were ticked in the list: chosen, previewed, made all at once, and undone."""

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core import clock, http
from app.core.errors import DomainError, Invalid, NotFound
from app.core.failures import STATUS
from app.core.forms import OnceForm, renew_key, submit_once
from app.core.http import see_other
from app.inventory import bulk, grid, history, locations, undo
from app.inventory.bulk import EACH, MOST_AT_ONCE, THRESHOLD, BulkChange, BulkRow
from app.inventory.forms.bulk import BulkForm, read_shown
from app.inventory.grid import GridQuery
from app.inventory.imports import files
from app.inventory.ledger import Origin
from app.security.access import current_caller, role_required

PATH = "/staff/inventory/bulk"
LIST = "/staff/inventory"
Page = str | Response | tuple[str, int]

bp = Blueprint("inventory_bulk", __name__, url_prefix=PATH)


@bp.get("")
@role_required("staff")
def show_nothing() -> Response:
    """A reload without what was chosen."""
    flash("Tick the rows to change first.", "warning")
    return see_other(LIST)


@bp.get("/paste")
@role_required("staff")
def show_paste() -> str:
    location = request.args.get("location", "")
    return choose_page(BulkForm(formdata=None, location=location, operation=EACH), [])


@bp.post("")
@role_required("staff")
def post_step() -> Page:
    """Every step carries what was chosen along, so that none of it is kept anywhere before it is done."""
    step, form = request.form.get("step", ""), BulkForm()
    skus = list_chosen(form)
    if step == "transfer":
        return show_transfer(form, skus)
    if not skus and form.operation.data != EACH:
        return show_nothing()
    if step in ("adjust", "threshold", "paste", "back"):
        if step in ("adjust", "threshold"):
            form = BulkForm(
                formdata=None,
                location=form.location.data,
                operation=THRESHOLD if step == "threshold" else "add",
            )
        return choose_page(form, skus)
    if len(locations.name_locations()) > 1 and not form.location.data:
        form.location.errors = ["Choose the location that this is about"]
    if not form.validate_on_submit() or form.location.errors:
        return choose_page(form, skus), 422
    if len(skus) > MOST_AT_ONCE:
        return hand_over(form, skus)
    if step == "confirm":
        return make_change(form, skus)
    rows = bulk.plan(skus, form.wanted(), {})
    if step == "leave_out":
        rows = [row for row in rows if not row.problem]
    return preview_page(form, rows)


def list_chosen(form: BulkForm) -> list[str]:
    """The rows that were ticked; or all that match what the list was filtered by."""
    places = locations.name_locations()
    if form.location.data not in places:
        form.location.data = ""
    if "all" in request.form:
        state = request.form.get("state", "")
        query = GridQuery(
            request.form.get("q", "")[:80], state if state in grid.STATES else "all", form.location.data
        )
        return grid.list_skus(query)
    return list(read_shown()) or list(dict.fromkeys(request.form.getlist("sku"))) or list_pasted(form)


def list_pasted(form: BulkForm) -> list[str]:
    """None while they cannot be read: the form says why."""
    try:
        return list(form.read_figures())
    except Invalid:
        return []


def show_transfer(form: BulkForm, skus: list[str]) -> Response:
    """Units of one SKU are moved on its own page."""
    if len(skus) != 1:
        flash("Tick the one SKU of which units are to move: each moves on its own page.", "warning")
        return see_other(LIST)
    place = form.location.data or None
    return see_other(
        url_for("inventory_sku.show_sku", sku=skus[0], transfer=1, location=place, _anchor="transfer")
    )


def choose_page(form: BulkForm, skus: list[str]) -> str:
    """What to do, beside what is there now; so many SKUs that no one would read them are only counted."""
    is_long = len(skus) > MOST_AT_ONCE
    is_listed = not is_long and form.operation.data != EACH
    rows = bulk.plan(skus, BulkChange("add", 0, form.location.data or ""), {}) if is_listed else []
    return render_template(
        "inventory/bulk.html",
        form=form,
        rows=rows,
        count=len(skus),
        most=MOST_AT_ONCE,
        places=locations.name_locations(),
        filters={name: request.form.get(name, "") for name in ("all", "q", "state")} if is_long else {},
    )


def preview_page(form: BulkForm, rows: list[BulkRow], error: str = "") -> str:
    renew_key(form)
    return render_template(
        "inventory/bulk_preview.html",
        form=form,
        title=title_of(form.wanted(), len(rows)),
        wanted=form.wanted(),
        rows=sorted(rows, key=lambda row: not row.problem),
        wrong=sum(bool(row.problem) for row in rows),
        changed=sum(row.is_changed for row in rows),
        places=locations.name_locations(),
        error=error,
    )


def title_of(wanted: BulkChange, count: int) -> str:
    """Such as "Take out 3, for 12 SKUs"."""
    skus = f"{count} SKU{'' if count == 1 else 's'}"
    if wanted.operation == EACH:
        return f"Set {skus} to what was pasted"
    if wanted.operation == THRESHOLD:
        low = "what the category says" if wanted.units is None else wanted.units
        return f"Low at {low}, for {skus}"
    return f"{bulk.OPERATIONS[wanted.operation]} {wanted.units}, for {skus}"


def hand_over(form: BulkForm, skus: list[str]) -> Page:
    """More than one transaction may hold: as an import it has a preview, goes on by jobs and can be undone."""
    caller, wanted = current_caller(), form.wanted()
    if wanted.operation == "damage" or (wanted.units is None and not wanted.figures):
        form.operation.errors = [f"This works for {MOST_AT_ONCE} SKUs at once; narrow the list first"]
        return choose_page(form, skus), 422
    reason = (form.reason.data or "").strip() or f"Low at {wanted.units}"
    try:
        sheet = bulk.as_sheet(bulk.plan(skus, wanted, {}), wanted)
        preview = files.make_preview("Bulk edit", sheet, reason, caller.name)
        return see_other(f"{LIST}/import/{submit_once(form, caller.name, lambda: files.keep(preview))}")
    except DomainError as error:
        form.operation.errors = [error.detail]
        renew_key(form)
        return choose_page(form, skus), STATUS[error.kind]


def make_change(form: BulkForm, skus: list[str]) -> Page:
    caller, wanted, shown = current_caller(), form.wanted(), read_shown()
    origin = Origin(caller.name, form.reason.data or "", request_id=http.request_id())
    try:
        name = submit_once(
            form, caller.name, lambda: bulk.apply_bulk(skus, wanted, shown, origin, caller.role)
        )
    except DomainError as error:
        rows = bulk.plan(skus, wanted, shown)
        return preview_page(form, rows, f"{error.title}."), STATUS[error.kind]
    if wanted.operation == THRESHOLD:
        what = (
            "follow their category again" if wanted.units is None else f"count as low at {wanted.units} now"
        )
        flash(f"{len(skus)} SKUs {what}.", "success")
        return see_other(LIST)
    return see_other(f"{PATH}/{name}")


@bp.get("/<name>")
@role_required("staff", "agent")
def show_done(name: str) -> str:
    return done_page(name)


@bp.post("/<name>/undo")
@role_required("staff")
def post_undo(name: str) -> Page:
    form, caller = OnceForm(), current_caller()
    origin = Origin(caller.name, "Undo", request_id=http.request_id())

    def act() -> str:
        return f"{len(undo.undo(bulk.source_of(name), origin))} SKUs are back to where they were."

    try:
        flash(submit_once(form, caller.name, act), "success")
    except DomainError as error:
        sku = f"{error.facts['productId']}: " if "productId" in error.facts else ""
        return done_page(name, f"{sku}{error.detail}, so nothing was undone."), STATUS[error.kind]
    return see_other(f"{PATH}/{name}")


def done_page(name: str, error: str = "") -> str:
    """What was done, from the ledger itself."""
    source = bulk.source_of(name)
    done = undo.list_of_source(source)
    if not done:
        raise NotFound("There was no such bulk edit, or its movements are no longer kept")
    first = done[0][1]
    return render_template(
        "inventory/bulk_done.html",
        name=name,
        done=done,
        who=history.name_people({first.actor})[first.actor],
        at=clock.from_ms(first.created_at),
        is_undone=undo.is_undone(source),
        form=OnceForm(formdata=None),
        error=error,
    )
