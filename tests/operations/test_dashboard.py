"""The operations page: who sees it, and that it names the cause."""

import pytest

from tests.factories import make_user
from tests.security.test_login import sign_in

PATH = "/staff/operations"


@pytest.fixture
def admin(app, client):
    make_user("admin", email="ada@example.test")
    sign_in(client, "ada@example.test")
    return client


@pytest.mark.parametrize("path", [PATH, f"{PATH}/board", f"{PATH}/failed-jobs"])
@pytest.mark.parametrize(
    ("role", "status"), [("admin", 200), ("staff", 403), ("agent", 403), ("shopper", 403)]
)
def test_only_admins_see_it(app, client, path, role, status):
    make_user(role, email="who@example.test")
    sign_in(client, "who@example.test")

    assert client.get(path).status_code == status


def test_guests_are_sent_to_sign_in(app, client):
    assert client.get(PATH).headers["Location"] == "/login?next=/staff/operations"


def test_it_names_every_thing_that_is_missing_and_what_to_do(app, admin):
    page = admin.get(PATH).text

    assert "No socket process is running" in page
    assert "No clock is running" in page
    assert "No worker is running" in page
    assert "Start clock and read its log." in page
