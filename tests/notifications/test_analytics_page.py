"""The page, the file and the API of what became of the notifications."""

import csv
import io

import pytest

from app.core.database import read_now
from app.notifications.figures import rollups
from app.security.tokens import create_token
from tests.factories import make_user
from tests.notifications.telling import register
from tests.notifications.test_rollups import MOZILLA, send
from tests.security.test_login import sign_in

PAGE, FILE, API = "/staff/notifications", "/staff/notifications/analytics.csv", "/api/realtime/push/analytics"


@pytest.fixture
def staff(app, client):
    register(app)
    user = make_user("staff")
    sign_in(client, user.email)
    return client


@pytest.fixture
def sent(staff):
    send(9, displayed_at=read_now(), last_try_at=read_now(), latency_ms=80)
    send(1, state="gone", reason="gone")
    send(1, state="failed", reason="http_400", service=MOZILLA)
    rollups.roll_up()


def test_it_tells_success_with_its_neighbours_and_what_failed(staff, sent):
    page = staff.get(PAGE).text

    assert "90.0%" in page  # 9 of 10 that could have been accepted
    assert "81.8%" in page  # 9 of all 11
    assert "9 of 11 sent" in page
    assert "Http 400" in page
    assert "Parcels" in page
    assert "parcel_sent" in page
    assert "Mozilla" in page
    assert "80 ms" in page


def test_before_anything_was_sent_it_says_so(staff):
    page = staff.get(PAGE)

    assert page.status_code == 200
    assert "No figures yet" in page.text


@pytest.mark.parametrize(("days", "rows"), [("7", 7), ("90", 90), ("nonsense", 30), ("", 30)])
def test_the_file_has_a_row_for_each_day(staff, sent, days, rows):
    answer = staff.get(f"{FILE}?days={days}")

    assert answer.headers["Content-Disposition"].startswith(
        f'attachment; filename="notifications-{rows}-days-'
    )
    found = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert len(found) == rows
    assert sum(int(row["accepted"]) for row in found) == 9
    assert sum(int(row["failed"]) for row in found) == 1
    assert {row["devices"] for row in found[-1:]} == {"10"}


def test_a_program_reads_the_same_figures(app, client, staff, sent):
    token = create_token("figures", ["push:read"])

    told = client.get(API, headers={"Authorization": f"Bearer {token}"}).json

    assert told["whole"]["success"] == 0.9
    assert told["whole"]["failed"] == {"http_400": 1}
    assert told["services"]["Google"]["accepted"] == 9
    assert told["categories"]["parcels"]["attempted"] == 11
    assert len(told["days"]) == 30
    assert {each["origin"] for each in told["health"]} == {"https://fcm.googleapis.com", MOZILLA}


@pytest.mark.parametrize("days", ["0", "91", "-1", "x", "1000"])
def test_the_api_says_what_days_there_are(staff, days):
    answer = staff.get(f"{API}?days={days}")

    assert answer.status_code == 422
    assert answer.json["errors"][0]["message"] == "Between 1 and 90"


def test_a_program_without_the_scope_reads_nothing(app, client):
    token = create_token("stock", ["inventory:read"])

    assert client.get(API, headers={"Authorization": f"Bearer {token}"}).status_code == 403
    assert client.get(API).status_code in (401, 403)


@pytest.mark.parametrize("path", [PAGE, FILE])
def test_shoppers_see_none_of_it(app, client, path):
    sign_in(client, make_user("shopper").email)

    assert client.get(path).status_code == 403


def test_switched_off_the_page_says_so(make_app):
    app = make_app(PUSH_ENABLE_ANALYTICS="false")
    with app.app_context():
        client = app.test_client()
        sign_in(client, make_user("staff").email)

        assert "PUSH_ENABLE_ANALYTICS=true" in client.get(PAGE).text
        assert client.get(FILE).status_code == 404
        assert client.get(API).json["code"] == "analytics_off"
