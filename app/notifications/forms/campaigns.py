"""What staff send to write and send promotions."""

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.core.forms import OnceForm
from app.notifications.campaigns.campaigns import LONGEST_NAME, Offer
from app.notifications.texts.rendering import LONGEST_BODY, LONGEST_TITLE


class OfferForm(OnceForm):
    name = StringField("Name", [InputRequired("Give it a name for this list"), Length(max=LONGEST_NAME)])
    title = StringField("Title", [InputRequired("Write a title"), Length(max=LONGEST_TITLE)])
    body = TextAreaField("Text", [InputRequired("Write the text"), Length(max=LONGEST_BODY)])
    path = StringField("Page", [InputRequired("Say where it leads to, such as /new")])

    @property
    def offer(self) -> Offer:
        fields = (self.title, self.body, self.path)
        return Offer(*((field.data or "").strip() for field in fields))


class SendForm(OnceForm):
    is_sure = BooleanField("", [InputRequired("Tick this first: a promotion cannot be called back")])


class ButtonForm(OnceForm):
    """A button and nothing else."""
