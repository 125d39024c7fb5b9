"""One change for many SKUs, over two pages: what to do, and whether to do it."""

from flask import request
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from app.core.errors import Invalid
from app.core.forms import OnceForm
from app.inventory.adjustments import LARGEST_QUANTITY
from app.inventory.bulk import EACH, OPERATIONS, THRESHOLD, BulkChange
from app.inventory.pasted import read_figures

CHOICES = [
    SelectChoice(value, label)
    for value, label in {**OPERATIONS, THRESHOLD: "Low at", EACH: "Set each to its figure"}.items()
]


class BulkForm(OnceForm):
    """`shown` has `SKU:on hand` for each SKU that was chosen, as the page showed it."""

    operation = SelectField("What to do", choices=CHOICES)
    units = StringField("Units", [Length(max=20)])
    figures = TextAreaField("SKUs and their figures")
    reason = StringField("Reason", [Length(max=200, message="At most 200 characters")])
    location = HiddenField()

    def validate_figures(self, field: StringField) -> None:
        try:
            self.read_figures()
        except Invalid as error:
            raise ValidationError(error.detail) from None

    def read_figures(self) -> dict[str, int]:
        """By SKU; nothing for a change that is the same for all. Raises Invalid."""
        return read_figures(self.figures.data or "") if self.operation.data == EACH else {}

    def validate_units(self, field: StringField) -> None:
        if self.operation.data == EACH:
            return
        text = (field.data or "").strip()
        least = 0 if self.operation.data in ("set", THRESHOLD) else 1
        if self.operation.data == THRESHOLD and not text:
            return
        if not (
            text.isascii()
            and text.isdecimal()
            and least <= int(text[:9]) <= LARGEST_QUANTITY
            and len(text) < 10
        ):
            raise ValidationError(f"Type a whole number between {least} and {LARGEST_QUANTITY:,}")

    def validate_reason(self, field: StringField) -> None:
        """Thresholds are settings: no unit moves, so the ledger keeps no reason."""
        if self.operation.data != THRESHOLD and not (field.data or "").strip():
            raise ValidationError("Say why; the next person will ask")

    def wanted(self) -> BulkChange:
        text = (self.units.data or "").strip()
        units = int(text) if text and self.operation.data != EACH else None
        return BulkChange(self.operation.data, units, self.location.data or "", self.read_figures())


def read_shown() -> dict[str, int]:
    """What the page before showed of each SKU, in its order."""
    pairs = (entry.rpartition(":") for entry in request.form.getlist("shown"))
    return {sku: int(units) for sku, _, units in pairs if units.isdecimal() and len(units) < 10}
