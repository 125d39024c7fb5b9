"""What agents send from the console."""

from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from app.chat.desk.agents import CHOICES, MOST_CAPACITY
from app.core.forms import OnceForm

LONGEST_NOTE = 500


class StatusForm(OnceForm):
    status = RadioField(choices=CHOICES)
    capacity = IntegerField(
        validators=[
            Optional(),
            NumberRange(0, MOST_CAPACITY, f"At most at once: a number between 0 and {MOST_CAPACITY}."),
        ]
    )


class TransferForm(OnceForm):
    """`to` is `agent:<subject>` or `department:<id>`; whoever takes over reads the note first."""

    to = SelectField("To", validators=[InputRequired("Choose who takes over.")], validate_choice=False)
    note = TextAreaField(
        "What they should know",
        validators=[DataRequired("Write what whoever takes over should know."), Length(max=LONGEST_NOTE)],
    )


class OverrideForm(OnceForm):
    agent = SelectField("Agent", validators=[InputRequired("Choose an agent.")], validate_choice=False)
    reason = StringField(
        "Reason", validators=[DataRequired("Say why; it is kept as a note."), Length(max=LONGEST_NOTE)]
    )


class HoldForm(OnceForm):
    """What is waited for: `restock:<SKU>`, the shipment or the refund of an order, or nothing but the shopper."""

    event = SelectField("Until", validate_choice=False)
    sku = StringField("SKU", validators=[Length(max=64)])

    def validate_event(self, event: SelectField) -> None:
        if not event.data and not (self.sku.data or "").strip():
            raise ValidationError("Choose what it waits for, or write a SKU.")


class InviteForm(OnceForm):
    member = SelectField("Who", validators=[InputRequired("Choose somebody.")], validate_choice=False)


class NewRoomForm(OnceForm):
    kind = RadioField(choices=("internal", "group"), default="internal")
    subject = StringField(
        "What it is about", validators=[DataRequired("Say what the room is about."), Length(max=120)]
    )
