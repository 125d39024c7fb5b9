"""What the page of the settings sends."""

from wtforms import StringField

from app.core.errors import Invalid
from app.core.forms import OnceForm


class HoursForm(OnceForm):
    """Both times empty for no quiet hours."""

    quietStart = StringField("From")
    quietEnd = StringField("Until")
    zone = StringField("Time zone")


def read_minutes(field: StringField) -> int | None:
    """Minutes since midnight of `22:30`; None for nothing. Raises Invalid."""
    text = (field.data or "").strip()
    if not text:
        return None
    hour, _, minute = text.partition(":")
    if not (
        text.isascii() and hour.isdigit() and minute[:2].isdigit() and int(hour) < 24 and int(minute[:2]) < 60
    ):
        raise Invalid(errors=[{"field": field.name, "message": "A time such as 22:00"}])
    return int(hour) * 60 + int(minute[:2])


def write_time(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"
