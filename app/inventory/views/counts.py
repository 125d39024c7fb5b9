"""The stock-take: a sheet to type what was counted into, saved row by row."""

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, make_response, render_template, request
from werkzeug.wrappers import Response

from app.core import http
from app.core.errors import DomainError
from app.core.forms import submit_row
from app.core.http import see_other
from app.core.idempotency import KeyReused
from app.inventory import count_sheets, locations
from app.inventory.adjustments import LARGEST_QUANTITY
from app.inventory.count_sheets import MOST_ROWS, Sheet, SheetRow
from app.inventory.counts import count_stock
from app.inventory.errors import StaleVersion
from app.inventory.forms.counts import CountedRow, CountForm, read_rows
from app.inventory.ledger import Origin
from app.inventory.open_holds import OpenHold
from app.security.access import current_caller, role_required

PATH = "/staff/inventory/count"
REASON = "Stock-take"
SENT_BEFORE = "This row was saved before with another figure. Look at it again, then save."

bp = Blueprint("counts", __name__, url_prefix=PATH)


@dataclass(frozen=True)
class Outcome:
    """What came of one row; with a `problem` it is to be looked at. `standing` holds are in the way of the count."""

    typed: str
    before: int = 0
    after: int = 0
    released: tuple[str, ...] = ()
    problem: str = ""
    standing: list[OpenHold] = field(default_factory=list)
    can_force: bool = False

    @property
    def difference(self) -> int:
        return self.after - self.before


@bp.get("")
@role_required("staff")
def show_count() -> str:
    chosen = {name: request.args.get(name, "").strip()[:4000] for name in ("q", "category", "skus")}
    places = locations.name_locations()
    location = request.args.get("location", "")
    location = location if location in places else next(iter(places), "")
    skus = count_sheets.split_skus(chosen["skus"])[:MOST_ROWS]
    is_asked = any(chosen.values()) or "all" in request.args
    sheet = None
    if is_asked:
        sheet = count_sheets.read_sheet(
            location, query=chosen["q"][:80], category=chosen["category"], skus=skus
        )
    return count_page(sheet, location, chosen=chosen)


@bp.post("")
@role_required("staff")
def post_count() -> Response:
    form, location = CountForm(), request.form.get("location", "")
    rows = read_rows(request.form, MOST_ROWS)
    if not form.validate_on_submit():
        return make_response(sheet_again(rows, {}, location), 422)
    outcomes = {row.sku: take(form, row, location) for row in rows if row.typed}
    if not outcomes:
        flash("Nothing was counted: every field was empty.", "warning")
    elif not any(outcome.problem for outcome in outcomes.values()):
        flash(summarise(outcomes), "success")
        return see_other(f"{PATH}?location={location}")
    return make_response(sheet_again(rows, outcomes, location), 409 if outcomes else 422)


def take(form: CountForm, row: CountedRow, location: str) -> Outcome:
    """Each row in a transaction of its own, so that one that needs a second look does not hold up the others."""
    counted, caller = row.counted, current_caller()
    if counted is None or counted > LARGEST_QUANTITY:
        return Outcome(row.typed, problem=f"Enter a whole number between 0 and {LARGEST_QUANTITY}.")
    origin = Origin(caller.name, REASON, request_id=http.request_id())

    def act() -> dict[str, Any]:
        done = count_stock(
            row.sku, location, counted, origin, expect=row.version, role=caller.role, force=row.force
        )
        return {"before": done.before, "after": done.after, "released": done.released}

    try:
        done = submit_row(form, caller.name, row.sku, f"{location} {counted} {row.version} {row.force}", act)
    except StaleVersion as error:
        now = error.facts["onHand"]
        problem = f"Changed while you counted: was {row.was}, now {now}, you counted {counted}."
        return Outcome(row.typed, problem=problem + " Count again, or save to take over your figure.")
    except KeyReused:
        return Outcome(row.typed, problem=SENT_BEFORE)
    except DomainError as error:
        facts = error.facts
        return Outcome(
            row.typed,
            problem=f"{error.detail}.",
            standing=facts.get("standing", []),
            can_force=facts.get("canForce", False),
        )
    return Outcome(row.typed, done["before"], done["after"], tuple(done["released"]))


def summarise(outcomes: dict[str, Outcome]) -> str:
    """Such as "12 counted, 9 equal, 3 corrected (-4 units), 1 to look at"."""
    done = [outcome for outcome in outcomes.values() if not outcome.problem]
    changed = [outcome for outcome in done if outcome.difference]
    parts = [f"{len(outcomes)} counted", f"{len(done) - len(changed)} equal"]
    if changed:
        units = sum(outcome.difference for outcome in changed)
        parts.append(f"{len(changed)} corrected ({units:+d} units)".replace("-", "−"))
    if len(done) < len(outcomes):
        parts.append(f"{len(outcomes) - len(done)} to look at")
    return ", ".join(parts)


def sheet_again(rows: list[CountedRow], outcomes: dict[str, Outcome], location: str) -> str:
    """What needs a look first, then what was not counted, then what is done; everything typed stays."""
    sheet = count_sheets.read_sheet(location, skus=[row.sku for row in rows])

    def urgency(row: SheetRow) -> int:
        outcome = outcomes.get(row.sku)
        return 1 if outcome is None else 0 if outcome.problem else 2

    ordered = Sheet(sorted(sheet.rows, key=urgency), sheet.total, [])
    return count_page(ordered, location, outcomes, show="show" in request.form)


def count_page(
    sheet: Sheet | None,
    location: str,
    outcomes: dict[str, Outcome] | None = None,
    *,
    chosen: dict[str, str] | None = None,
    show: bool = False,
) -> str:
    return render_template(
        "inventory/count.html",
        form=CountForm(formdata=None),
        sheet=sheet,
        location=location,
        places=locations.name_locations(),
        categories=count_sheets.list_categories(),
        outcomes=outcomes or {},
        summary=summarise(outcomes) if outcomes else "",
        chosen=chosen or {"q": "", "category": "", "skus": ""},
        show=show,
        path=PATH,
    )
