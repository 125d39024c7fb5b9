"""What may be written, and how long it is kept."""

import re

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from app.chat import filter_rules
from app.chat.access import current_actor
from app.chat.filters import Filtered
from app.chat.forms.settings import ButtonForm, KeepForm, LegalHoldForm, RuleForm, ShopperForm, TryForm
from app.chat.keeping import erasure, exports
from app.chat.keeping import terms as keeping
from app.chat.views.settings_pages import PAGES, PATH
from app.core.forms import answer_form
from app.core.http import only_reads
from app.security.access import current_caller, role_required
from app.security.users import find_user

FILTERS, KEEPING = f"{PATH}/filters", f"{PATH}/keeping"
ROOM = re.compile(r"[0-9a-f]{32}")

bp = Blueprint("chat_settings_rules", __name__, url_prefix=PATH)


@bp.get("/filters")
@role_required()
def show_filters() -> str:
    return filters_page(RuleForm(formdata=None))


def filters_page(
    form: RuleForm, trial: TryForm | None = None, tried: tuple[Filtered, str] | None = None
) -> str:
    return render_template(
        "chat/settings/filters.html",
        pages=PAGES,
        path=FILTERS,
        rules=filter_rules.list_rules(),
        form=form,
        trial=trial or TryForm(formdata=None),
        tried=tried,
        button_form=ButtonForm(formdata=None),
    )


@bp.post("/filters")
@role_required()
def post_rule() -> Response:
    form = RuleForm()

    def act() -> str:
        filter_rules.add_rule(form.pattern.data or "", form.action.data, current_actor())
        return "The rule is there, and obeyed within five seconds."

    return answer_form(form, current_caller().name, FILTERS, act, lambda: filters_page(form))


@bp.post("/filters/try")
@only_reads
@role_required()
def try_rules() -> str:
    trial = TryForm()
    tried = filter_rules.try_text(trial.text.data or "") if trial.validate() else None
    return filters_page(RuleForm(formdata=None), trial, tried)


@bp.post("/filters/<int:rule_id>/<any(on, off):switch>")
@role_required()
def post_switch(rule_id: int, switch: str) -> Response:
    form = ButtonForm()

    def act() -> str:
        filter_rules.switch_rule(rule_id, switch == "on", current_actor())
        return f"The rule is {switch}."

    return answer_form(form, current_caller().name, FILTERS, act, lambda: filters_page(shown_at_rule(form)))


@bp.post("/filters/<int:rule_id>/deletion")
@role_required()
def post_rule_deletion(rule_id: int) -> Response:
    form = ButtonForm()

    def act() -> str:
        filter_rules.delete_rule(rule_id, current_actor())
        return "The rule is gone."

    return answer_form(form, current_caller().name, FILTERS, act, lambda: filters_page(shown_at_rule(form)))


def shown_at_rule(form: ButtonForm) -> RuleForm:
    rule = RuleForm(formdata=None)
    rule.form_errors.extend(form.form_errors)
    return rule


@bp.get("/keeping")
@role_required()
def show_keeping() -> str:
    return keeping_page()


def keeping_page(
    form: KeepForm | None = None, hold: LegalHoldForm | None = None, shopper: ShopperForm | None = None
) -> str:
    return render_template(
        "chat/settings/keeping.html",
        pages=PAGES,
        path=KEEPING,
        form=form or KeepForm(formdata=None, **keeping.read_days()),
        hold=hold or LegalHoldForm(formdata=None),
        held=keeping.list_held(),
        shopper=shopper or ShopperForm(formdata=None),
        button_form=ButtonForm(formdata=None),
    )


@bp.post("/keeping")
@role_required()
def post_days() -> Response:
    form = KeepForm()

    def act() -> str:
        keeping.set_days({kind: form[kind].data for kind in keeping.read_days()}, current_actor())
        return "The days are saved. What is older goes within the hour."

    return answer_form(form, current_caller().name, KEEPING, act, lambda: keeping_page(form))


@bp.post("/keeping/held")
@role_required()
def post_hold() -> Response:
    """Takes the id of a conversation, or an address in which it stands."""
    form = LegalHoldForm()

    def act() -> str:
        found = ROOM.search(form.room.data or "")
        keeping.hold_for_law(found[0] if found else "", True, current_actor())
        return "Nothing of this conversation is deleted until you release it."

    return answer_form(form, current_caller().name, KEEPING, act, lambda: keeping_page(hold=form))


@bp.post("/keeping/held/<room_id>/release")
@role_required()
def post_release(room_id: str) -> Response:
    form = ButtonForm()

    def act() -> str:
        keeping.hold_for_law(room_id, False, current_actor())
        return "It is kept as long as others of its kind."

    def again() -> str:
        hold = LegalHoldForm(formdata=None)
        hold.form_errors.extend(form.form_errors)
        return keeping_page(hold=hold)

    return answer_form(form, current_caller().name, KEEPING, act, again)


@bp.post("/keeping/shoppers/<any(copy, deletion):what>")
@role_required()
def post_shopper(what: str) -> Response:
    """For somebody who asked by other ways: a copy, which goes to their own address, or deletion."""
    form = ShopperForm()

    def act() -> str:
        actor, address = current_actor(), (form.email.data or "").strip()
        account = find_user(address)
        subject = f"user:{account.public_id}" if account else ""
        if what == "copy":
            exports.begin_export(subject, address=address, mail_to=address)
            return f"A link to the copy goes to {address}."
        count = erasure.begin_erasure(subject, address, actor=actor.subject, role=actor.role)
        return f"{count} conversations are being deleted; it is done within a minute."

    return answer_form(form, current_caller().name, KEEPING, act, lambda: keeping_page(shopper=form))
