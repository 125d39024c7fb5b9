"""Finding an order, and what staff do with it."""

from wtforms import IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from app.core.forms import OnceForm


class LookupForm(OnceForm):
    number = StringField(
        "Order number", [InputRequired("Enter the number from your receipt"), Length(max=40)]
    )
    email = StringField(
        "Email",
        [
            InputRequired("Enter the address that you ordered with"),
            Length(max=254),
            Regexp(r"^\S+@\S+$", message="Enter an address like name@example.com"),
        ],
    )


class NoteForm(OnceForm):
    note = StringField("Note", [Length(max=300)])


class ReturnForm(OnceForm):
    sku = StringField(validators=[InputRequired(), Length(max=64)])
    quantity = IntegerField(
        "Units", [InputRequired("Enter a whole number"), NumberRange(1, 1_000_000, "1 or more")]
    )
    outcome = RadioField(
        "Then",
        choices=[SelectChoice("restock", "Back on the shelf"), SelectChoice("damage", "Damaged")],
        default="restock",
    )
