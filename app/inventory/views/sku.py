"""One SKU for those who work with it: its figures, who holds it, why it is what it is, and the forms to change it."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, current_app, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from app.catalogue.models import Picture, Variant
from app.core import clock, http
from app.core.database import db
from app.core.forms import OnceForm, answer_form
from app.core.http import is_fragment_request
from app.inventory import history, locations, open_holds, queries, restocks, sku_settings, trends
from app.inventory.adjustments import change_stock
from app.inventory.forms.sku import SettingsForm, TransferForm
from app.inventory.forms.stock import CHOICES, StockForm
from app.inventory.ledger import Origin
from app.inventory.sku_settings import Wanted
from app.inventory.trend_chart import draw_chart
from app.security.access import current_caller, role_required

CHARTS = ((860, 250), (358, 220))
ENTRIES = 25

bp = Blueprint("inventory_sku", __name__, url_prefix="/staff/inventory/sku")


@bp.get("/<sku>")
@role_required("staff", "agent")
def show_sku(sku: str) -> Response:
    return sku_page(sku)


@bp.post("/<sku>")
@role_required("staff")
def post_change(sku: str) -> Response:
    form = StockForm()

    def act() -> str:
        shown, operation, place = form.version.data or "", form.operation.data, form.location.data or None
        if place:
            locations.ensure_level(sku, place)
        expect = int(shown[:18]) if operation == "set" and shown.isdecimal() else None
        by = origin(form.reason.data)
        figures = change_stock(sku, operation, form.quantity.data, by, location=place, expect=expect)
        where = f" at {locations.name_locations()[place]}" if place else ""
        return f"{sku} has {figures.on_hand} on hand{where} now."

    return submit(sku, "change", form, act)


@bp.post("/<sku>/settings")
@role_required("staff")
def post_settings(sku: str) -> Response:
    form = SettingsForm()

    def act() -> str:
        wanted = Wanted(form.low_threshold.data, form.expected_on.data, form.backorder_limit.data or 0)
        changed = sku_settings.change_settings(sku, wanted, current_caller())
        return f"The settings of {sku} are saved." if changed else "The settings were these already."

    return submit(sku, "settings", form, act)


@bp.post("/<sku>/transfer")
@role_required("staff")
def post_transfer(sku: str) -> Response:
    form = TransferForm()

    def act() -> str:
        source, target, units = form.source.data, form.target.data, form.units.data
        locations.transfer(sku, source, target, units, origin(form.why.data))
        names = locations.name_locations()
        return f"{units} of {sku} moved from {names[source]} to {names[target]}."

    return submit(sku, "transfer", form, act)


def origin(reason: str) -> Origin:
    return Origin(current_caller().name, reason, request_id=http.request_id())


def submit(sku: str, name: str, form: OnceForm, act: Callable[[], str]) -> Response:
    path = url_for("inventory_sku.show_sku", sku=sku)
    return answer_form(form, current_caller().name, path, act, lambda: sku_page(sku, **{name: form}))


def sku_page(sku: str, **forms: OnceForm) -> Response:
    """htmx, or the page itself after a live message, asks for the parts that change by themselves."""
    context = live_context(sku)
    if is_fragment_request():
        page = render_template("inventory/_sku_live.html", **context)
    else:
        page = render_template(
            "inventory/sku.html", **context, **form_context(sku, context["row"].stock, forms)
        )
    response = make_response(page)
    response.headers["Vary"] = "HX-Request, HX-History-Restore-Request"
    return response


def live_context(sku: str) -> dict[str, Any]:
    group, before = request.args.get("show", ""), request.args.get("before", "")
    page = request.args.get("holds", "")
    older = int(before) if before.isdecimal() and len(before) < 18 else None
    trend = trends.read_trend(sku)
    return {
        "row": queries.get_row(sku),
        "levels": locations.list_levels(sku),
        "settings": sku_settings.read_settings(sku),
        "held": open_holds.read_holds_of(sku, int(page) if page.isdecimal() and len(page) < 7 else 1),
        "waiting": restocks.count_waiting(sku),
        "timeline": history.list_timeline(sku, older, ENTRIES, group),
        "group": group if group in history.GROUPS else "",
        "older": older,
        "trend": trend,
        "charts": [draw_chart(trend, *size) for size in CHARTS],
        "timezone": current_app.config["SETTINGS"].SHOP_TIMEZONE,
        "moment": clock.from_ms,
    }


def find_picture(sku: str) -> Picture | None:
    """Of this glaze, or of the product."""
    variant = db.session.scalars(sa.select(Variant).where(Variant.sku == sku)).one()
    pictures = variant.product.ready_pictures
    return next((each for each in pictures if each.glaze in (None, variant.glaze)), None)


def form_context(sku: str, stock: Any, forms: dict[str, OnceForm]) -> dict[str, Any]:
    settings = sku_settings.read_settings(sku)
    change = forms.get("change") or StockForm(formdata=None)
    if isinstance(change, StockForm):
        change.version.data = stock.version
    places = locations.name_locations()
    source = request.args.get("location", "")
    first = source if source in places else next(iter(places), "")
    return {
        "picture": find_picture(sku),
        "places": places,
        "targets": sorted(places.items(), key=lambda place: place[0] == first),
        "moves": "transfer" in request.args,
        "change": change,
        "operations": [(choice.value, choice.label) for choice in CHOICES],
        "settings_form": forms.get("settings") or SettingsForm(formdata=None, obj=settings),
        "transfer": forms.get("transfer") or TransferForm(formdata=None, source=first),
    }
