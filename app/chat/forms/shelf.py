"""What agents send from the shelf, and shoppers about what is kept for them."""

from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.core.forms import OnceForm


class CardForm(OnceForm):
    sku = HiddenField(validators=[InputRequired("Choose a product"), Length(max=64)])


class KeepForm(CardForm):
    quantity = IntegerField("Units", [InputRequired("Say how many")], default=1)
    minutes = IntegerField("Minutes", [InputRequired("Say for how long")], default=10)


class ReplyForm(OnceForm):
    """What an agent sends by `/shortcut`."""

    shortcut = StringField("Shortcut", [InputRequired("Give it a shortcut"), Length(max=41)])
    body = TextAreaField("Text", [InputRequired("Write the text"), Length(max=4000)])
