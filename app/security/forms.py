"""The forms for getting in."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length, Regexp


class LoginForm(FlaskForm):
    email = StringField("Email", [InputRequired("Enter your email address"), Length(max=254)])
    password = PasswordField("Password", [InputRequired("Enter your password"), Length(max=128)])


class LinkForm(FlaskForm):
    email = StringField(
        "Email",
        [
            InputRequired("Enter your email address"),
            Length(max=254),
            Regexp(r"^\S+@\S+$", message="Enter an address like name@example.com"),
        ],
    )


class PasswordForm(FlaskForm):
    password = PasswordField(
        "New password", [InputRequired("Enter a new password"), Length(12, 128, "Use 12 to 128 characters")]
    )
