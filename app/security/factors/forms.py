"""What is typed at a second factor."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app.core.forms import OnceForm

# As people type them: with gaps and dashes.
LONGEST_CODE = 40


class CodeForm(FlaskForm):
    code = StringField("Code", [InputRequired("Enter the code"), Length(max=LONGEST_CODE)])


class AgainForm(FlaskForm):
    password = PasswordField("Password", [InputRequired("Enter your password"), Length(max=128)])


class SetUpForm(OnceForm):
    """`sealed` holds the key that the page shows, so that a wrong code does not change the picture."""

    sealed = HiddenField(validators=[Length(max=400)])
    code = StringField(
        "Code", [InputRequired("Enter the code that your app shows"), Length(max=LONGEST_CODE)]
    )
