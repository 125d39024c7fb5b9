"""What shoppers fill in."""

from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length, Regexp, StopValidation

from app.core.forms import OnceForm
from app.core.mail_address import ADDRESS, EXPECTED


def strip(text: str | None) -> str:
    return (text or "").strip()


class UnlessHere:
    """A guest who is told in this browser needs no address."""

    def __call__(self, form: "RestockForm", field: StringField) -> None:
        if form.is_here:
            field.errors = []
            raise StopValidation()


class RestockForm(OnceForm):
    """ "Tell me when it is back", for one SKU: by mail, or in this browser alone."""

    sku = HiddenField()
    how = HiddenField()
    email = StringField(
        "Email",
        [
            UnlessHere(),
            InputRequired("Enter your email address"),
            Length(max=254, message="Enter a shorter address"),
            Regexp(ADDRESS, message=EXPECTED),
        ],
        filters=[strip],
    )

    @property
    def is_here(self) -> bool:
        return self.how.data == "here"
