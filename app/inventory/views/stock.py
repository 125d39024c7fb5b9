"""Stock for those who work with it: the list, and one SKU with its movements and a form to change it."""

from flask import Blueprint, flash, render_template, request
from werkzeug.wrappers import Response

from app.core import clock, http
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import renew_key, submit_once
from app.core.http import see_other
from app.inventory import queries
from app.inventory.adjustments import change_stock
from app.inventory.forms.stock import StockForm
from app.inventory.ledger import Origin
from app.security.access import current_caller, role_required

PAGE = 50

bp = Blueprint("inventory", __name__, url_prefix="/staff/inventory")


@bp.get("")
@role_required("staff", "agent")
def list_stock() -> str:
    query = request.args.get("q", "").strip()[:80]
    after = request.args.get("after", "")
    rows = queries.search_stock(query, after=after, limit=PAGE)
    more = rows[-1].stock.sku if len(rows) == PAGE else None
    return render_template("inventory/list.html", rows=rows, query=query, after=after, more=more)


@bp.get("/<sku>")
@role_required("staff", "agent")
def show_sku(sku: str) -> str:
    return sku_page(sku, StockForm(version=queries.get_stock(sku).version))


@bp.post("/<sku>")
@role_required("staff")
def post_change(sku: str) -> str | Response | tuple[str, int]:
    form = StockForm()
    if not form.validate_on_submit():
        return sku_page(sku, form), 422
    caller = current_caller()
    origin = Origin(caller.name, form.reason.data, request_id=http.request_id())
    shown = form.version.data or ""
    expect = int(shown[:18]) if form.operation.data == "set" and shown.isdecimal() else None

    def act() -> str:
        figures = change_stock(sku, form.operation.data, form.quantity.data, origin, expect=expect)
        return f"{sku} has {figures.on_hand} on hand now."

    try:
        flash(submit_once(form, caller.name, act), "success")
    except DomainError as error:
        form.quantity.errors = [error.detail]
        form.version.data = queries.get_stock(sku).version
        renew_key(form)
        return sku_page(sku, form), STATUS[error.kind]
    return see_other(f"/staff/inventory/{sku}")


def sku_page(sku: str, form: StockForm) -> str:
    movements = [(row, clock.from_ms(row.created_at)) for row in queries.list_movements(sku)]
    row = queries.get_row(sku)
    return render_template("inventory/sku.html", row=row, movements=movements, form=form)
