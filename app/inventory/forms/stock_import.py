"""The forms of an import: choosing the file, and what to do with its rows."""

from flask_wtf.file import FileField
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.core.forms import OnceForm


class ImportForm(OnceForm):
    """A file or pasted text; the view looks which."""

    file = FileField("File")
    text = TextAreaField("Or paste the rows")
    reason = StringField("Reason", [InputRequired("Say why; the next person will ask"), Length(max=200)])


class ApplyForm(OnceForm):
    mode = RadioField(
        "If a row cannot be applied",
        choices=[
            SelectChoice("all", "Apply nothing at all"),
            SelectChoice("skip", "Skip that row and apply the others"),
        ],
        validators=[InputRequired("Choose what happens to rows that cannot be applied")],
    )


class UndoForm(OnceForm):
    """Nothing but its key."""
