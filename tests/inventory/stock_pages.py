"""Signed-in clients and what their pages say, for the tests of the staff's pages."""

import re
from html import unescape

from tests.factories import make_user
from tests.security.test_login import csrf_of, sign_in


def client_of(app, role):
    client = app.test_client()
    make_user(role, email=f"{role}@example.test", name=f"{role.title()} Person")
    sign_in(client, f"{role}@example.test")
    return client


def fields_of(page, **typed):
    """What a form that was just opened sends, with these fields filled in."""
    key = re.search(r'name="key" value="([^"]+)"', page).group(1)
    return {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page).group(1), "key": key, **typed}


def send(client, page_path, path=None, **typed):
    """Open a page and send one of its forms."""
    return client.post(path or page_path, data=fields_of(client.get(page_path).text, **typed))


def words(page):
    """The page's text without its markup, each run of spaces as one."""
    body = re.sub(r"(?s)<head>.*?</head>|<script.*?</script>", " ", page)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


__all__ = ["client_of", "csrf_of", "fields_of", "send", "words"]
