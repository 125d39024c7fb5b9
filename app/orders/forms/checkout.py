"""The steps of checkout."""

import re
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp, ValidationError

from app.core.forms import OnceForm

COUNTRIES = [
    SelectChoice("DE", "Germany"),
    SelectChoice("AT", "Austria"),
    SelectChoice("BE", "Belgium"),
    SelectChoice("DK", "Denmark"),
    SelectChoice("FR", "France"),
    SelectChoice("IE", "Ireland"),
    SelectChoice("IT", "Italy"),
    SelectChoice("NL", "Netherlands"),
    SelectChoice("PL", "Poland"),
    SelectChoice("ES", "Spain"),
    SelectChoice("SE", "Sweden"),
]


class ContactForm(OnceForm):
    email = StringField(
        "Email",
        [
            InputRequired("Enter your email address; the receipt goes there"),
            Length(max=254),
            Regexp(r"^\S+@\S+\.\S+$", message="Enter an address like name@example.com"),
        ],
    )
    name = StringField("Full name", [InputRequired("Enter the name for the label"), Length(max=80)])
    line1 = StringField("Street and number", [InputRequired("Enter street and number"), Length(max=120)])
    line2 = StringField("Flat, floor or company (optional)", [Length(max=120)])
    postcode = StringField("Postcode", [InputRequired("Enter the postcode"), Length(max=12)])
    city = StringField("Town or city", [InputRequired("Enter the town or city"), Length(max=80)])
    country = SelectField("Country", choices=COUNTRIES)


class DeliveryForm(OnceForm):
    delivery = RadioField("Delivery", validate_choice=False)


class PaymentForm(OnceForm):
    """The card goes to the bank and nowhere else: no field of it is shown again, stored or logged."""

    card = StringField("Card number", [InputRequired("Enter the card number")])
    total = HiddenField()

    def validate_card(self, field: Any) -> None:
        field.data = re.sub(r"[\s-]", "", field.data or "")
        if not re.fullmatch(r"\d{12,19}", field.data) or not passes_luhn(field.data):
            raise ValidationError("Check the card number: a digit is wrong or missing")


def passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0
