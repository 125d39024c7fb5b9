"""Taking alerts off the list of those that nobody cares for."""

from wtforms import IntegerField, SelectMultipleField, StringField
from wtforms.validators import Optional

from app.core.forms import OnceForm


class AcknowledgeForm(OnceForm):
    """`one` is the row's own button, `alert` the ticked boxes; `show` and `page` say where it was sent from."""

    one = IntegerField(validators=[Optional()])
    alert = SelectMultipleField(coerce=int, validate_choice=False)
    show = StringField()
    page = IntegerField(validators=[Optional()])

    @property
    def chosen(self) -> list[int]:
        return [self.one.data] if self.one.data else self.alert.data or []
