"""Changing one figure of the stock list in its row, and taking it back."""

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core import http
from app.core.errors import DomainError, Forbidden, NotFound
from app.core.failures import STATUS
from app.core.forms import renew_key, submit_once
from app.inventory import edits, grid, history, locations, queries, undo
from app.inventory.errors import InsufficientStock, StaleVersion
from app.inventory.forms.grid import OnHandForm, UndoForm
from app.inventory.ledger import Origin
from app.inventory.models import StockMovement
from app.security.access import current_caller, role_required

bp = Blueprint("inventory_grid_edit", __name__, url_prefix="/staff/inventory/sku")


@bp.get("/<sku>/on-hand")
@role_required("staff")
def edit_on_hand(sku: str) -> str | Response:
    if not http.is_fragment_request():
        return http.see_other(url_for("inventory_sku.show_sku", sku=sku))
    row = find_row(sku, location_in_view())
    form = OnHandForm(
        formdata=None,
        units=str(row.figures.on_hand),
        reason=request.args.get("reason", "")[:200],
        shown=row.figures.on_hand,
        version=row.stock.version,
        location=location_in_view(),
    )
    return edit_row(row, form)


@bp.post("/<sku>/on-hand")
@role_required("staff")
def post_on_hand(sku: str) -> str | tuple[str, int]:
    form, caller = OnHandForm(), current_caller()
    location = location_in_view()
    row = find_row(sku, location)
    if not form.validate_on_submit():
        return edit_row(row, form), 422
    source = f"edit:{(form.key.data or '')[:24]}"
    origin = Origin(caller.name, form.reason.data, request_id=http.request_id(), source=source)

    def act() -> str:
        edit = edits.read_edit(form.units.data)
        shown, version = form.number("shown"), form.number("version")
        edits.edit_on_hand(sku, edit, origin, location=location or None, shown=shown, version=version)
        return source

    try:
        submit_once(form, caller.name, act)
    except DomainError as error:
        return refused(sku, location, form, error), STATUS[error.kind]
    return saved(find_row(sku, location), form, source)


@bp.post("/<sku>/undo")
@role_required("staff")
def post_undo(sku: str) -> str | tuple[str, int]:
    form, caller = UndoForm(), current_caller()
    source = form.source.data or ""
    if not form.validate_on_submit():
        raise NotFound("There is nothing to undo")
    origin = Origin(caller.name, "Undo", request_id=http.request_id())

    def act() -> str:
        movement = find_edit(sku, source, caller.name)
        undo.undo(source, origin)
        return f"{sku} is back to where it was: {movement.d_on_hand:+d} taken back."

    try:
        text, kind, status = submit_once(form, caller.name, act), "success", 200
    except DomainError as error:
        text, kind, status = f"{sku} stays as it is: {explain(error, sku)}", "error", STATUS[error.kind]
    return render_template("inventory/_undone.html", sku=sku, text=text, kind=kind), status


def find_edit(sku: str, source: str, actor: str) -> StockMovement:
    """What an edit in the list has moved. Raises PartOfImport, NotFound or Forbidden."""
    undo.refuse_import(source)
    done = undo.list_of_source(source) if source.startswith("edit:") else []
    if [name for name, _ in done] != [sku]:
        raise NotFound("There is nothing to undo")
    movement = done[0][1]
    if movement.actor != actor:
        raise Forbidden("Only who made a change can undo it")
    return movement


def location_in_view() -> str:
    """Of the form or of the address. Unknown ones are no location, as in the list."""
    code = request.values.get("location", "")
    places = locations.name_locations()
    if code not in places and len(places) > 1:
        raise NotFound("Choose a location first")
    return code if code in places else ""


def find_row(sku: str, location: str) -> grid.GridRow:
    """Raises UnknownSku."""
    queries.get_stock(sku)
    rows = grid.read_rows([sku], location)
    if not rows:
        raise NotFound(f"{sku} is not kept here")
    return rows[0]


def edit_row(row: grid.GridRow, form: OnHandForm, **context: object) -> str:
    return render_template(
        "inventory/_row_edit.html",
        row=row,
        form=form,
        location=form.location.data or "",
        may_edit=True,
        **context,
    )


def refused(sku: str, location: str, form: OnHandForm, error: DomainError) -> str:
    """The edit stays open with what was typed, and with the figures of now."""
    row = find_row(sku, location)
    form.shown.data, form.version.data = str(row.figures.on_hand), str(row.stock.version)
    renew_key(form)
    if isinstance(error, StaleVersion):
        return edit_row(row, form, rival=find_rival(sku))
    form.units.errors = [explain(error, sku, row)]
    return edit_row(row, form)


def find_rival(sku: str) -> str:
    """Who changed it while somebody was typing."""
    moved = (movement.actor for movement in queries.list_movements(sku) if movement.d_on_hand)
    actor = next(moved, "")
    return history.name_people({actor})[actor] if actor else "Somebody"


def explain(error: DomainError, sku: str, row: grid.GridRow | None = None) -> str:
    if not isinstance(error, InsufficientStock):
        return error.detail
    figures = row.figures if row else queries.get_stock(sku)
    kept = figures.reserved + figures.unavailable
    if not kept:
        return f"Only {figures.on_hand} are on hand"
    return f"{figures.reserved} are reserved and {figures.unavailable} unavailable, so at least {kept} must stay on hand"


def saved(row: grid.GridRow, form: OnHandForm, source: str) -> str:
    done = undo.list_of_source(source)
    return render_template(
        "inventory/_row_saved.html",
        row=row,
        movement=done[0][1] if done else None,
        undo_form=UndoForm(formdata=None, source=source),
        reason=form.reason.data,
        location=form.location.data or "",
        may_edit=True,
        edits_here=True,
    )
