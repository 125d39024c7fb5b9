"""An admin at a browser, and what they send."""

import html
import re

from tests.factories import make_user
from tests.security.test_login import sign_in

PEOPLE, PROGRAMS = "/staff/people", "/staff/programs"


def admin_at(app, email="boss@example.test", name="Bea Boss"):
    client = app.test_client()
    client.user = make_user("admin", email=email, name=name)
    sign_in(client, email)
    return client


def press(client, page, action, **fields):
    """Send the form of a page that goes to this address."""
    text = client.get(page).text
    form = text.split(f'action="{action}"')[1].split("</form>")[0]
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    values = {name: html.unescape(value) for name, value in hidden}
    return client.post(action, data=values | fields)
