"""The forms of a SKU's page besides the change of its stock."""

from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.forms import OnceForm
from app.inventory.adjustments import LARGEST_QUANTITY

WHOLE = f"A whole number between 0 and {LARGEST_QUANTITY}"


class SettingsForm(OnceForm):
    low_threshold = IntegerField("Low from", [Optional(), NumberRange(0, LARGEST_QUANTITY, WHOLE)])
    expected_on = DateField("More expected on", [Optional()])
    backorder_limit = IntegerField(
        "May be sold before they are here", [Optional(), NumberRange(0, LARGEST_QUANTITY, WHOLE)]
    )


class TransferForm(OnceForm):
    source = SelectField("From", validate_choice=False)
    target = SelectField("To", validate_choice=False)
    units = IntegerField(
        "Units", [InputRequired("Enter a whole number"), NumberRange(1, LARGEST_QUANTITY, "At least 1")]
    )
    why = StringField("Reason", [InputRequired("Say why; the next person will ask"), Length(max=160)])
