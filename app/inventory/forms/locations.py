"""The form that adds a location, and the one that renames it."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from app.core.forms import OnceForm


class LocationForm(OnceForm):
    code = StringField("Code", [InputRequired("Choose a short code"), Length(max=20)])
    name = StringField("Name", [InputRequired("Say what people call it"), Length(max=80)])


class RenameForm(OnceForm):
    name = StringField("Name", [InputRequired("Say what people call it"), Length(max=80)])
