"""What an admin sends to set up the desk."""

from wtforms import DateField, IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import RadioField
from wtforms.validators import InputRequired, Length, NumberRange

from app.chat.desk.agents import MOST_CAPACITY
from app.chat.desk.departments import LONGEST_NAME
from app.chat.filter_rules import LONGEST_PATTERN
from app.chat.keeping.terms import MOST_DAYS
from app.chat.models.desk import FILTER_ACTIONS
from app.core.forms import OnceForm

LONGEST_TRY = 1000
AT_MOST_DAYS = f"A number of days, {MOST_DAYS} at most; 0 keeps them for ever"


class ButtonForm(OnceForm):
    """A button and nothing else."""


class DepartmentForm(OnceForm):
    name = StringField("Name", [InputRequired("Say what shoppers call it"), Length(max=LONGEST_NAME)])


class AgentForm(OnceForm):
    departments = SelectMultipleField("Departments", coerce=int, validate_choice=False)
    capacity = IntegerField(
        "Conversations at once",
        [
            InputRequired(f"A number between 0 and {MOST_CAPACITY}"),
            NumberRange(0, MOST_CAPACITY, f"A number between 0 and {MOST_CAPACITY}"),
        ],
    )


class WeekForm(OnceForm):
    """Each day's times as they are typed."""

    day0 = StringField("Monday")
    day1 = StringField("Tuesday")
    day2 = StringField("Wednesday")
    day3 = StringField("Thursday")
    day4 = StringField("Friday")
    day5 = StringField("Saturday")
    day6 = StringField("Sunday")


class HolidayForm(OnceForm):
    day = DateField("Day", [InputRequired("Choose a day")])
    name = StringField("What it is", [Length(max=80)])


class RuleForm(OnceForm):
    pattern = StringField("Words", [InputRequired("Write the words"), Length(max=LONGEST_PATTERN)])
    action = RadioField("What happens", choices=list(FILTER_ACTIONS), default="flag")


class TryForm(OnceForm):
    text = TextAreaField("A message", [InputRequired("Write a message to try"), Length(max=LONGEST_TRY)])


def days_field(label: str) -> IntegerField:
    return IntegerField(label, [InputRequired(AT_MOST_DAYS), NumberRange(0, MOST_DAYS, AT_MOST_DAYS)])


class KeepForm(OnceForm):
    """Its fields are called as the kinds of rooms."""

    support = days_field("Support")
    sales = days_field("Sales")
    order = days_field("Orders")
    group = days_field("Groups")
    internal = days_field("Internal rooms")


class LegalHoldForm(OnceForm):
    room = StringField("Conversation", [InputRequired("Paste the address or the id of a conversation")])


class ShopperForm(OnceForm):
    """Whose conversations staff send or delete."""

    email = StringField("E-mail address", [InputRequired("Write the shopper’s address"), Length(max=254)])
