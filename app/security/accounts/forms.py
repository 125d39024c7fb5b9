"""The forms of accounts. Those that take a password are no OnceForms: what makes a form take effect once is kept as a quick
hash of all that was sent, from which a password could be guessed.
"""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length, Regexp, ValidationError

from app.core.forms import OnceForm
from app.core.mail_address import ADDRESS, EXPECTED
from app.core.mail_address import LONGEST as LONGEST_ADDRESS
from app.security.accounts.strength import LONGEST, SHORTEST

LENGTH = f"Use {SHORTEST} to {LONGEST} characters"


def strip(text: Any) -> Any:
    return " ".join(text.split()) if isinstance(text, str) else text


def check_printable(_: FlaskForm, field: StringField) -> None:
    """What shows no width or turns the writing round would let somebody pass for another."""
    if not (field.data or "").isprintable():
        raise ValidationError("Leave out characters that cannot be seen")


def name_field() -> StringField:
    most = Length(max=80, message="Use at most 80 characters")
    return StringField("Name", [InputRequired("Enter your name"), most, check_printable], filters=[strip])


def email_field(label: str) -> StringField:
    rules = [Length(max=LONGEST_ADDRESS, message=EXPECTED), Regexp(ADDRESS, message=EXPECTED)]
    return StringField(label, [InputRequired("Enter your email address"), *rules], filters=[strip])


def current_password_field() -> PasswordField:
    return PasswordField("Your password", [InputRequired("Enter your password"), Length(max=LONGEST)])


def new_password_field(label: str) -> PasswordField:
    return PasswordField(label, [InputRequired("Enter a password"), Length(SHORTEST, LONGEST, LENGTH)])


class RegisterForm(FlaskForm):
    name = name_field()
    email = email_field("Email")
    password = new_password_field("Password")


class ConfirmForm(FlaskForm):
    password = current_password_field()


class NameForm(OnceForm):
    name = name_field()


class AddressForm(FlaskForm):
    email = email_field("New email address")
    address_password = current_password_field()


class PasswordForm(FlaskForm):
    current_password = PasswordField(
        "Current password", [InputRequired("Enter your current password"), Length(max=LONGEST)]
    )
    new_password = new_password_field("New password")


class SessionForm(FlaskForm):
    """`session` is the id of one, or nothing for all others. What has ended cannot end twice, so it needs no key."""

    session = StringField("Session", [Length(max=64)])
