"""The words of notifications, for staff: what is said now, what is in the making, and what was said before."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from app.core.errors import Invalid
from app.core.forms import OnceForm, answer_form
from app.core.http import only_reads
from app.notifications.categories import get_words
from app.notifications.forms.wording import WordingForm, at_fields, make_form, read_wording
from app.notifications.models import NotificationTemplate
from app.notifications.texts import language, overview, rendering, templates
from app.notifications.texts.rendering import Rendered
from app.security.access import Caller, current_caller, role_required

PATH = "/staff/notifications/templates"
ROLES = ("staff",)
BOUNDS = {"title": rendering.LONGEST_TITLE, "body": rendering.LONGEST_BODY}

bp = Blueprint("notification_wording", __name__, url_prefix=PATH)


@bp.get("")
@role_required(*ROLES)
def show_all() -> str:
    return render_template("notifications/templates.html", groups=overview.list_groups(), path=PATH)


@bp.get("/<key>")
@role_required(*ROLES)
def show_editor(key: str) -> str:
    return editor_page(key)


def editor_page(key: str, form: WordingForm | None = None, problems: Sequence[str] = ()) -> str:
    category, words = get_words(key)
    versions = overview.list_versions(key)
    draft = next((each for each in versions if each.status == "draft"), None)
    current = draft or next(each for each in versions if each.status == "published")
    shown = form or make_form(current.source, current.changed_at)
    shown.form_errors.extend(problems)
    return render_template(
        "notifications/template.html",
        path=f"{PATH}/{key}",
        home=PATH,
        category=category,
        words=words,
        versions=versions,
        draft=draft,
        form=shown,
        filters=language.EXPLAINED,
        button_form=OnceForm(formdata=None),
        bounds=BOUNDS,
        **preview_of(key, shown),
    )


def preview_of(key: str, form: WordingForm) -> dict[str, Any]:
    shown, problems = None, []
    try:
        shown = checked(key, form)
    except Invalid as error:
        problems = error.facts["errors"]
    return {
        "shown": shown,
        "problems": problems,
        "names": {name: form[name].label.text for name in form._fields},
    }


def checked(key: str, form: WordingForm) -> Rendered:
    try:
        return templates.check_wording(key, wording_of(key, form))
    except Invalid as error:
        raise at_fields(error, form) from None


def wording_of(key: str, form: WordingForm) -> templates.Wording:
    _, words = get_words(key)
    published = templates.find(key, templates.LANGUAGE, templates.PUBLISHED)
    return read_wording(form, published.actions if published else [dict(each) for each in words.actions])


@bp.post("/<key>/preview")
@role_required(*ROLES)
@only_reads
def show_preview(key: str) -> str:
    return render_template("notifications/_preview.html", **preview_of(key, WordingForm()))


@bp.post("/<key>")
@role_required(*ROLES)
def post_draft(key: str) -> Response:
    """Saves the draft, and says it from now on when the button said so."""
    form, by = WordingForm(), current_caller()

    def act() -> str:
        checked(key, form)
        draft = templates.save_draft(key, wording_of(key, form), by.name, seen=form.seen.data)
        if "publish" not in request.form:
            by.note("notification_draft_saved", named(key), after={"version": draft.version})
            return "The draft is saved. Nobody is sent it yet."
        publish(key, draft.version, by)
        return "From now on it says this."

    return answer_form(form, by.name, f"{PATH}/{key}", act, lambda: editor_page(key, form))


def publish(key: str, version: int, by: Caller) -> NotificationTemplate:
    said = templates.publish(key, version, by.name)
    by.note("notification_text_published", named(key), after={"version": said.version})
    return said


def named(key: str) -> str:
    return f"notification_text:{key}"


@bp.post("/<key>/versions/<int:version>")
@role_required(*ROLES)
def post_version(key: str, version: int) -> Response:
    def act() -> str:
        said = publish(key, version, current_caller())
        return f"From now on it says what version {version} said; that is version {said.version} now."

    return answer_button(key, act)


@bp.post("/<key>/draft/deletion")
@role_required(*ROLES)
def post_deletion(key: str) -> Response:
    def act() -> str:
        templates.discard_draft(key)
        current_caller().note("notification_draft_discarded", named(key))
        return "The draft is gone."

    return answer_button(key, act)


def answer_button(key: str, act: Callable[[], str]) -> Response:
    form = OnceForm()
    by, path = current_caller().name, f"{PATH}/{key}"
    return answer_form(form, by, path, act, lambda: editor_page(key, problems=form.form_errors))
