"""Who holds what over the whole shop, and ending holds by hand, after a page that asks."""

from flask import Blueprint, flash, make_response, render_template, request
from werkzeug.wrappers import Response

from app.core import clock, http
from app.core.errors import DomainError
from app.core.failures import STATUS
from app.core.forms import renew_key, submit_once
from app.core.http import is_fragment_request, safe_next, see_other
from app.inventory import open_holds
from app.inventory.forms.holds import ReleaseForm
from app.inventory.ledger import Origin
from app.security.access import current_caller, role_required

PATH = "/staff/inventory/holds"

bp = Blueprint("holds", __name__, url_prefix=PATH)


@bp.get("")
@role_required("staff", "agent")
def list_holds() -> Response:
    search = {name: request.args.get(name, "").strip()[:80] for name in ("owner", "sku")}
    status = "confirmed" if request.args.get("show") == "confirmed" else "held"
    page = open_holds.list_holds(status=status, after=request.args.get("after", ""), **search)
    name = "inventory/_holds.html" if is_fragment_request() else "inventory/holds.html"
    context = {"page": page, "search": search, "status": status, "after": request.args.get("after", "")}
    response = make_response(render_template(name, **context, moment=clock.from_ms, path=PATH))
    response.headers["Vary"] = "HX-Request, HX-History-Restore-Request"
    return response


@bp.get("/<reservation_id>")
@role_required("staff", "agent")
def show_hold(reservation_id: str) -> str:
    return release_page([open_holds.get_hold(reservation_id)], ReleaseForm(next=request.args.get("next", "")))


@bp.get("/release")
@role_required("staff")
def confirm_release() -> str | Response:
    chosen = open_holds.find_holds(request.args.getlist("hold"))
    if not chosen:
        flash("Tick the holds to release first; those that have ended are gone from the list.", "warning")
        return see_other(PATH)
    return release_page(chosen, ReleaseForm(next=request.args.get("next", "")))


@bp.post("/release")
@role_required("staff")
def post_release() -> Response:
    form, caller = ReleaseForm(), current_caller()
    ids = request.form.getlist("hold")[: open_holds.PAGE]
    status = 422

    def act() -> str:
        origin = Origin(caller.name, form.reason.data, request_id=http.request_id())
        released = open_holds.release_all(ids, origin, role=caller.role)
        return say(len(released), len(set(ids)) - len(released))

    if form.validate_on_submit():
        try:
            flash(submit_once(form, caller.name, act), "success")
            return see_other(back_to(form))
        except DomainError as error:
            form.form_errors.append(error.detail)
            status = STATUS[error.kind]
            renew_key(form)
    return make_response(release_page(open_holds.find_holds(ids), form), status)


def say(released: int, ended: int) -> str:
    what = "1 hold is released." if released == 1 else f"{released} holds are released."
    if not ended:
        return what
    return f"{what} {ended} had ended before or {'is' if ended == 1 else 'are'} paid for."


def back_to(form: ReleaseForm) -> str:
    path = safe_next(form.next.data)
    return path if path.startswith("/staff/") else PATH


def release_page(chosen: list[open_holds.OpenHold], form: ReleaseForm) -> str:
    return render_template(
        "inventory/release.html", holds=chosen, form=form, moment=clock.from_ms, path=PATH, back=back_to(form)
    )
