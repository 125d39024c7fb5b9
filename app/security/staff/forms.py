"""What admins send about people and programs."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.forms import OnceForm
from app.security.accounts.forms import email_field, name_field, new_password_field, strip
from app.security.models import ROLES
from app.security.staff.models import STAFF_ROLES
from app.security.staff.people import REASONS
from app.security.tokens import LONGEST_NAME, MOST_DAYS, SCOPES

DAYS = f"Between 1 and {MOST_DAYS} days; leave it empty for a token that lasts until it is revoked"


class InviteForm(OnceForm):
    email = email_field("Email")
    role = SelectField("Role", choices=STAFF_ROLES)


class FindForm(FlaskForm):
    class Meta:
        csrf = False  # it only reads

    email = email_field("Email")


class RoleForm(OnceForm):
    role = SelectField("Role", choices=ROLES)


class ResetForm(OnceForm):
    reason = RadioField(
        "Why", [InputRequired("Say why: it is in the mail and in the audit")], choices=[*REASONS]
    )


class WelcomeForm(FlaskForm):
    """No OnceForm, as it takes a password; an invitation is taken up once."""

    name = name_field()
    password = new_password_field("Password")


class ProgramForm(OnceForm):
    name = StringField("Name", [InputRequired("Give it a name"), Length(max=LONGEST_NAME)], filters=[strip])
    scopes = SelectMultipleField("What it may do", [InputRequired("Tick at least one")], choices=SCOPES)
    days = IntegerField("Days", [Optional(), NumberRange(1, MOST_DAYS, DAYS)])
