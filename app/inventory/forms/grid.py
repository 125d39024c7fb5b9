"""The small forms of the stock list."""

from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from app.core.forms import OnceForm

LONGEST_NUMBER = 18


class OnHandForm(OnceForm):
    """`shown` and `version` are what the row showed when the edit was opened; `location` is the one in view."""

    units = StringField("On hand", [DataRequired("Type a number"), Length(max=20)])
    reason = StringField(
        "Reason",
        [
            DataRequired("Say why; the next person will ask"),
            Length(max=200, message="At most 200 characters"),
        ],
    )
    shown = HiddenField()
    version = HiddenField()
    location = HiddenField()

    def number(self, name: str) -> int:
        """A hidden figure; one that was tampered with fits nothing and so is a conflict."""
        text = self[name].data or ""
        return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else -1


class UndoForm(OnceForm):
    """`source` names what the ledger has it under."""

    source = HiddenField()
