"""The form that staff change stock with."""

from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from app.core.forms import OnceForm
from app.inventory.adjustments import LARGEST_QUANTITY

CHOICES = [
    SelectChoice("receive", "Received"),
    SelectChoice("remove", "Taken out"),
    SelectChoice("damage", "Damaged"),
    SelectChoice("undamage", "Put back, not damaged"),
    SelectChoice("return", "Came back"),
    SelectChoice("set", "Counted: set to"),
]


class StockForm(OnceForm):
    """`version` is what the page showed, so that a count cannot overwrite a sale that happened meanwhile."""

    operation = SelectField("What happened", choices=CHOICES)
    quantity = IntegerField(
        "Units",
        [
            InputRequired("Enter a whole number"),
            NumberRange(0, LARGEST_QUANTITY, f"Between 0 and {LARGEST_QUANTITY}"),
        ],
    )
    location = SelectField("Where", default="", validate_choice=False)
    reason = StringField("Reason", [InputRequired("Say why; the next person will ask"), Length(max=200)])
    version = HiddenField()
