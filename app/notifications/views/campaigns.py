"""Promotions: written, looked at, sent to whoever asked for them, and watched on their way."""

from collections.abc import Callable

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from app.core.errors import DomainError
from app.core.forms import OnceForm, answer_form, place_error
from app.core.http import only_reads
from app.notifications.campaigns import campaigns
from app.notifications.campaigns.campaigns import Deed
from app.notifications.forms.campaigns import ButtonForm, OfferForm, SendForm
from app.notifications.models import Campaign
from app.notifications.texts.rendering import Rendered
from app.security.access import current_caller, role_required

PATH = "/staff/notifications/campaigns"
ROLES = ("staff",)

bp = Blueprint("campaigns", __name__, url_prefix=PATH)


@bp.get("")
@role_required(*ROLES)
def show_campaigns() -> str:
    return render_template("notifications/campaigns/list.html", path=PATH, rows=campaigns.list_campaigns())


@bp.get("/new")
@role_required(*ROLES)
def show_new() -> str:
    return writing_page(OfferForm(formdata=None), None)


@bp.post("/preview")
@bp.post("/<public_id>/wording/preview")
@only_reads
@role_required(*ROLES)
def show_preview(public_id: str | None = None) -> str:
    """As it would read, with nothing stored."""
    form, shown = OfferForm(), None
    draft = campaigns.get_campaign(public_id) if public_id else None
    if form.validate():
        try:
            shown = campaigns.preview(form.offer)
        except DomainError as error:
            place_error(error, form)
    return writing_page(form, draft, shown)


@bp.post("")
@role_required(*ROLES)
def post_campaign() -> Response:
    return save(None)


@bp.get("/<public_id>/wording")
@role_required(*ROLES)
def show_wording(public_id: str) -> str:
    draft = campaigns.get_campaign(public_id)
    form = OfferForm(formdata=None, name=draft.name, **draft.facts)
    return writing_page(form, draft, preview_of(draft))


@bp.post("/<public_id>/wording")
@role_required(*ROLES)
def post_wording(public_id: str) -> Response:
    return save(public_id)


def save(public_id: str | None) -> Response:
    form = OfferForm()
    draft = campaigns.get_campaign(public_id) if public_id else None

    def act() -> str:
        saved = campaigns.save_draft(public_id, (form.name.data or "").strip(), form.offer, deed())
        return f"{saved.name} is saved. Nobody has been told yet."

    to = f"{PATH}/{public_id}" if public_id else PATH
    return answer_form(form, current_caller().name, to, act, lambda: writing_page(form, draft))


@bp.get("/<public_id>")
@role_required(*ROLES)
def show_campaign(public_id: str) -> str:
    return campaign_page(public_id)


@bp.get("/<public_id>/progress")
@role_required(*ROLES)
def show_progress(public_id: str) -> Response:
    """What the page asks for while it is under way; at its end all of it is loaded anew, and nothing is left to stop."""
    figures = figures_of(campaigns.get_campaign(public_id))
    response = make_response(render_template("notifications/campaigns/_progress.html", **figures))
    if not figures["is_moving"]:
        response.headers["HX-Refresh"] = "true"
    return response


@bp.post("/<public_id>/sending")
@role_required(*ROLES)
def post_sending(public_id: str) -> Response:
    form = SendForm()

    def act() -> str:
        campaigns.send(public_id, deed())
        return "It is on its way."

    return answer(public_id, form, act, lambda: campaign_page(public_id, form))


@bp.post("/<public_id>/stop")
@role_required(*ROLES)
def post_stop(public_id: str) -> Response:
    form = ButtonForm()

    def act() -> str:
        return f"It is stopped: {campaigns.stop(public_id, deed()):,} pushes are not sent any more."

    return answer(public_id, form, act, lambda: campaign_page(public_id, form))


@bp.post("/<public_id>/deletion")
@role_required(*ROLES)
def post_deletion(public_id: str) -> Response:
    form = ButtonForm()

    def act() -> str:
        campaigns.discard(public_id, deed())
        return "The draft is gone."

    return answer_form(form, current_caller().name, PATH, act, lambda: campaign_page(public_id, form))


def answer(public_id: str, form: OnceForm, act: Callable[[], str], again: Callable[[], str]) -> Response:
    return answer_form(form, current_caller().name, f"{PATH}/{public_id}", act, again)


def deed() -> Deed:
    caller = current_caller()
    return Deed(caller.name, caller.role)


def writing_page(form: OfferForm, draft: Campaign | None, shown: Rendered | None = None) -> str:
    return render_template(
        "notifications/campaigns/writing.html",
        path=PATH,
        form=form,
        draft=draft,
        shown=shown,
        audience=campaigns.count_audience(),
    )


def campaign_page(public_id: str, form: OnceForm | None = None) -> str:
    campaign = campaigns.get_campaign(public_id)
    return render_template(
        "notifications/campaigns/campaign.html",
        **figures_of(campaign),
        shown=preview_of(campaign),
        audience=campaigns.count_audience(),
        send_form=form if isinstance(form, SendForm) else SendForm(formdata=None),
        button_form=form if isinstance(form, ButtonForm) else ButtonForm(formdata=None),
    )


def figures_of(campaign: Campaign) -> dict[str, object]:
    progress = campaigns.read_progress(campaign)
    is_moving = campaign.status == "sending" or (campaign.status == "sent" and progress.waiting > 0)
    return {"path": PATH, "campaign": campaign, "progress": progress, "is_moving": is_moving}


def preview_of(campaign: Campaign) -> Rendered:
    return campaigns.fill_in(campaign.facts)
