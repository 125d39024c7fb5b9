"""What a shopper fills in: to begin a conversation, to go on without a script, and to rate it."""

import secrets

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

LONGEST_COMMENT = 500


def new_client_id() -> str:
    return secrets.token_hex(16)


class OpeningForm(FlaskForm):
    """`is_staffed` false: nobody answers here and now, so an address is needed to answer to."""

    clientId = HiddenField(default=new_client_id)
    page = HiddenField()
    order = HiddenField()
    token = HiddenField()
    department = SelectField("What is it about?", coerce=str, validate_choice=False)
    name = StringField("Your name (optional)", [Length(max=80, message="At most 80 characters")])
    email = StringField(
        "Email (optional)",
        [
            Optional(),
            Length(max=254, message="At most 254 characters"),
            Regexp(r"^\S+@\S+\.\S+$", message="Enter an address like name@example.com"),
        ],
    )
    body = TextAreaField("Your message", [InputRequired("Write what you would like to know")])

    def need_email(self) -> None:
        self.email.label.text = "Email"
        needed = InputRequired("Enter your email address, so that we can reach you")
        self.email.validators = [needed, *self.email.validators[1:]]


class MessageForm(FlaskForm):
    clientId = HiddenField(default=new_client_id)
    body = TextAreaField("Your message")


class RatingForm(FlaskForm):
    score = IntegerField("How was it?", [InputRequired("Choose one"), NumberRange(1, 5, "1 to 5")])
    comment = TextAreaField(
        "Anything to add? (optional)",
        [Length(max=LONGEST_COMMENT, message=f"At most {LONGEST_COMMENT} characters")],
    )
