"""The form that ends holds by hand."""

from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from app.core.forms import OnceForm


class ReleaseForm(OnceForm):
    """`next` is the page that the button was on."""

    reason = StringField("Reason", [InputRequired("Say why; whoever held it may ask"), Length(max=200)])
    next = HiddenField()
