"""What admins send to let somebody in."""

from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired, Length, ValidationError

from app.core.errors import Invalid
from app.core.forms import OnceForm
from app.security.threats import allowed

HOUR_MS = 3600 * 1000
LASTS = {"1": "For an hour", "24": "For a day", "168": "For a week", "720": "For 30 days"}
NOTE = (InputRequired("Say why; the next admin will ask"), Length(max=200))


class LiftForm(OnceForm):
    note = StringField("Why", NOTE)


class AllowForm(OnceForm):
    network = StringField("Address or network", [InputRequired("Give an address, such as 203.0.113.7")])
    note = StringField("Whose it is", NOTE)
    hours = StringField("How long", [AnyOf(LASTS, "Choose one of these")], default="24")

    def validate_network(self, typed: StringField) -> None:
        try:
            allowed.read_network(typed.data or "")
        except Invalid as error:
            raise ValidationError(error.detail) from None

    @property
    def lasts_ms(self) -> int:
        return int(self.hours.data or 0) * HOUR_MS


class ButtonForm(OnceForm):
    """A button and nothing else."""
