"""/staff/security, for admins: who is kept out and why, letting them in, and the rules in force."""

from collections.abc import Callable, Iterable

from flask import Blueprint, Flask, current_app, render_template, request
from werkzeug.wrappers import Response

from app.core import clock, navigation
from app.core.database import read_now
from app.core.forms import OnceForm, answer_form
from app.core.http import fresh, is_fragment_request
from app.security import limits
from app.security.access import current_caller, role_required
from app.security.route_limits import list_routes
from app.security.threats import allowed, lifting, queries
from app.security.threats.clients import find_exemption, is_account
from app.security.threats.forms import LASTS, AllowForm, ButtonForm, LiftForm
from app.security.threats.signals import BAR, SIGNALS

PATH = "/staff/security"
LONGEST_TEXT = 120

bp = Blueprint("threats", __name__, url_prefix=PATH)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    navigation.register(app, 88, "Security", PATH, (), group="Shop")


@bp.get("")
@role_required()
def show_stopped() -> Response:
    """Who is kept out now. The page asks for its list again every few seconds."""
    name = "_stopped" if is_fragment_request() else "stopped"
    events = queries.list_in_force()
    return fresh(page(name, [each.client for each in events], events=events, total=queries.count_in_force()))


@bp.get("/events")
@role_required()
@limits.limiter.limit(limits.SEARCH)
def show_events() -> Response:
    text, before = request.args.get("q", "").strip()[:LONGEST_TEXT], request.args.get("before", "")
    found = queries.list_events(text, int(before) if before.isdecimal() and len(before) < 18 else None)
    names = [each.client for each in found.events]
    return fresh(page("events", names, found=found, text=text, before=before))


@bp.get("/events/<public_id>")
@role_required()
def show_event(public_id: str) -> str:
    return event_page(public_id, LiftForm(formdata=None))


@bp.post("/events/<public_id>/lift")
@role_required()
def post_lift(public_id: str) -> Response:
    form = LiftForm()

    def act() -> str:
        client = lifting.lift(public_id, (form.note.data or "").strip(), current_caller())
        return f"{client} may come in again. What it does from now on counts anew."

    return answer(form, f"{PATH}/events/{public_id}", act, lambda: event_page(public_id, form))


@bp.get("/allowed")
@role_required()
def show_allowed() -> str:
    return allowed_page(AllowForm(formdata=None, network=request.args.get("network", "")[:LONGEST_TEXT]))


@bp.post("/allowed")
@role_required()
def post_allowed() -> Response:
    form = AllowForm()

    def act() -> str:
        note, by = (form.note.data or "").strip(), current_caller()
        return f"{allowed.allow_network(form.network.data or '', note, form.lasts_ms, by)} is let in."

    return answer(form, f"{PATH}/allowed", act, lambda: allowed_page(form))


@bp.post("/allowed/<public_id>/end")
@role_required()
def post_end(public_id: str) -> Response:
    form = ButtonForm()

    def act() -> str:
        return f"{allowed.end_allowed(public_id, current_caller())} counts like everybody again."

    return answer(form, f"{PATH}/allowed", act, lambda: allowed_page(AllowForm(formdata=None)))


@bp.get("/rules")
@role_required()
def show_rules() -> str:
    routes = [each for each in list_routes(current_app) if each.rates or each.is_excepted]
    return page("rules", signals=SIGNALS, bar=BAR, routes=routes, reasons=limits.UNLIMITED)


def answer(form: OnceForm, to: str, act: Callable[[], str], again: Callable[[], str]) -> Response:
    return answer_form(form, current_caller().name, to, act, again)


def event_page(public_id: str, form: LiftForm) -> str:
    event = queries.get_event(public_id)
    return page("event", [event.client, event.lifted_by], event=event, form=form)


def allowed_page(form: AllowForm) -> str:
    rows = allowed.list_allowed()
    return page(
        "allowed",
        [row.created_by for row in rows],
        form=form,
        button_form=ButtonForm(formdata=None),
        rows=rows,
        lasts=list(LASTS.items()),
    )


def page(name: str, names: Iterable[str | None] = (), **context: object) -> str:
    """`names` are those that may be accounts, which are shown by their email."""
    settings = current_app.config["SETTINGS"]
    return render_template(
        f"security/threats/{name}.html",
        path=PATH,
        settings=settings,
        emails=queries.name_accounts(names),
        texts={name: signal.text for name, signal in SIGNALS.items()},
        now=read_now(),
        moment=clock.from_ms,
        is_account=is_account,
        exemption=lambda event: find_exemption(event.client, event.address, settings),
        **context,
    )
