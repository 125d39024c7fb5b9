"""The small forms around a cart."""

from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.forms import OnceForm

MOST = 1_000_000


class AddForm(OnceForm):
    sku = StringField(validators=[InputRequired("Choose what to buy"), Length(max=64)])
    quantity = IntegerField(
        "Quantity", [InputRequired("Enter a whole number"), NumberRange(1, MOST, "At least 1")], default=1
    )


class LineForm(OnceForm):
    """`to` is the number that a button stands for; it wins over what is in the field."""

    quantity = IntegerField(
        "Quantity", [InputRequired("Enter a whole number"), NumberRange(0, MOST, "0 or more")]
    )
    to = IntegerField(validators=[Optional(), NumberRange(0, MOST, "0 or more")])
