"""The words of a message, as staff type them."""

from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import Optional

from app.core.errors import Invalid
from app.core.forms import OnceForm
from app.notifications.texts.rendering import Source
from app.notifications.texts.templates import Wording

BUTTONS = (0, 1)


class WordingForm(OnceForm):
    """`seen` is when what was shown was changed last. A button without text and address is none."""

    seen = IntegerField(validators=[Optional()])
    title = StringField("Title")
    body = TextAreaField("Text")
    url = StringField("Leads to")
    actions_0_title = StringField("First button")
    actions_0_url = StringField("It leads to")
    actions_1_title = StringField("Second button")
    actions_1_url = StringField("It leads to")


def make_form(source: Source, seen: int) -> WordingForm:
    buttons = {
        f"actions_{place}_{part}": action[part]
        for place, action in enumerate(source.actions)
        for part in ("title", "url")
    }
    return WordingForm(
        formdata=None, seen=seen, title=source.title, body=source.body, url=source.url, **buttons
    )


def read_wording(form: WordingForm, known: list[dict[str, str]]) -> Wording:
    """Buttons keep the names that clicks are counted by."""
    names = [each["action"] for each in known] + [f"button{place + 1}" for place in BUTTONS]
    actions = []
    for place in BUTTONS:
        title, url = (form[f"actions_{place}_{part}"].data or "" for part in ("title", "url"))
        if title.strip() or url.strip():
            actions.append({"action": names[place], "title": title.strip(), "url": url.strip()})
    return Wording(
        (form.title.data or "").strip(),
        (form.body.data or "").strip(),
        (form.url.data or "").strip(),
        actions,
    )


def at_fields(error: Invalid, form: WordingForm) -> Invalid:
    """The same with the names of this form's fields: a second button alone is the first of the wording."""
    only_second = not (form.actions_0_title.data or form.actions_0_url.data)

    def name(field: str) -> str:
        flat = field.replace(".", "_")
        return flat.replace("actions_0", "actions_1") if only_second else flat

    return Invalid(errors=[{**each, "field": name(each["field"])} for each in error.facts["errors"]])
