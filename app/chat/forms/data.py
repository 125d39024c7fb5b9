"""What shoppers send about the conversations that they had."""

from wtforms import BooleanField
from wtforms.validators import InputRequired

from app.core.forms import OnceForm


class CopyForm(OnceForm):
    """A button and nothing else."""


class EraseForm(OnceForm):
    sure = BooleanField("Yes, delete them for good", [InputRequired("Say that you are sure")])
