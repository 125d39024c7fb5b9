"""Where an action's refusal stands in the form that it came from."""

from app.core.errors import DomainError
from app.core.forms import OnceForm, renew_key


def place_error(form: OnceForm, error: DomainError) -> None:
    """At the field that it names, or above the form; what was typed stays, and can be sent again."""
    for each in error.facts.get("errors", ()):
        if each["field"] in form:
            form[each["field"]].errors = [each["message"]]
            break
    else:
        form.form_errors = [error.detail]
    renew_key(form)
