"""The API of the bell and of the choices: people for themselves, programs for whom they name."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.notifications.choices import preferences, quiet
from app.notifications.choices.quiet import Quiet
from app.security.tokens import create_token
from tests.core.test_openapi import problems
from tests.notifications.telling import ADA, register, tell

API = "/api/realtime/push"
HOURS = {"start": "22:30", "end": "07:00", "zone": "Europe/Berlin"}


@pytest.fixture
def program(app):
    register(app, kind="interest", mail="fallback", defaults=frozenset({"page", "push"}))
    token = create_token("crm", ["push:read", "push:write"])

    def call(method, path, subject=ADA, **options):
        headers = {"Authorization": f"Bearer {token}"}
        query = {"subject": subject, **options.pop("query", {})}
        return app.test_client().open(
            API + path, method=method, headers=headers, query_string=query, **options
        )

    return call


def category(answer):
    return next(each for each in answer["categories"] if each["name"] == "parcels")


def test_the_list_comes_newest_first_and_by_pages(program):
    told = [tell(about="parcel:1") for _ in range(5)][::-1]

    first = program("GET", "/notifications", query={"limit": "3"}).json
    second = program("GET", "/notifications", query={"limit": "3", "before": first["before"]}).json

    assert [each["id"] for each in first["items"] + second["items"]] == told
    assert (first["unread"], second["before"]) == (5, None)
    newest = first["items"][0]
    assert (newest["category"], newest["about"], newest["url"], newest["readAt"]) == (
        "parcels",
        "parcel:1",
        "/parcels/P-1",
        None,
    )
    assert newest["actions"] == [{"action": "track", "title": "Track it", "url": "/parcels/P-1/track"}]


def test_one_or_all_are_marked_as_read(program):
    first, _, _ = tell(), tell(), tell()

    assert program("POST", "/notifications/read", json={"id": first}).json == {"changed": 1, "unread": 2}
    assert program("POST", "/notifications/read", json={"id": first}).json == {"changed": 0, "unread": 2}
    assert program("POST", "/notifications/read", json={"id": None}).json == {"changed": 2, "unread": 0}
    assert program("GET", "/notifications").json["items"][0]["readAt"] is not None


def test_choices_hours_and_pause_are_read_and_changed(program):
    before = program("GET", "/preferences").json
    assert category(before) == {
        "name": "parcels",
        "title": "Parcels",
        "explanation": "Where your parcels are.",
        "channels": {"page": True, "push": True},
        "fixed": [],
    }
    assert (before["quietHours"], before["pausedUntil"]) == (None, None)
    until = (datetime.now(UTC) + timedelta(hours=3)).replace(microsecond=0)
    wanted = {
        "categories": {"parcels": {"push": False}},
        "quietHours": HOURS,
        "pausedUntil": until.isoformat(),
    }

    after = program("PUT", "/preferences", json=wanted).json

    assert after == program("GET", "/preferences").json
    assert category(after)["channels"] == {"page": True, "push": False}
    assert after["quietHours"] == HOURS
    assert datetime.fromisoformat(after["pausedUntil"]) == until
    assert quiet.read_quiet(ADA).start == 22 * 60 + 30


def test_what_is_left_out_stays_and_null_ends_it(program):
    program("PUT", "/preferences", json={"quietHours": HOURS, "categories": {"parcels": {"page": False}}})

    program("PUT", "/preferences", json={"categories": {"parcels": {"push": False}}})
    assert preferences.stored_of(ADA) == {"parcels": {"page": False, "push": False}}
    assert quiet.read_quiet(ADA).zone == "Europe/Berlin"
    program("PUT", "/preferences", json={"quietHours": None})

    assert quiet.read_quiet(ADA) == Quiet()


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"categories": {"nonsense": {"push": True}}}, "categories.nonsense.push"),
        ({"categories": {"parcels": {"email": True}}}, "categories.parcels.email"),
        ({"categories": {"parcels": {"smoke": True}}}, "categories.parcels.smoke"),
        ({"categories": {"parcels": {"push": "yes"}}}, "categories.parcels.push"),
        ({"quietHours": {**HOURS, "start": "25:00"}}, "quietHours.start"),
        ({"quietHours": {**HOURS, "zone": "Nowhere"}}, "zone"),
        ({"quietHours": {"start": "22:00"}}, "quietHours.end"),
        ({"pausedUntil": "2099-01-01T00:00:00Z"}, "pausedUntil"),
        ({"pausedUntil": "soon"}, "pausedUntil"),
        ({"pausedUntil": "2026-01-01T00:00:00"}, "pausedUntil"),
        ({"more": 1}, "more"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(program, wanted, field):
    wanted = {"categories": {"parcels": {"page": False}}, **wanted}
    answer = program("PUT", "/preferences", json=wanted)

    assert answer.status_code == 422
    assert field in str([each["field"] for each in answer.json["errors"]])
    assert preferences.stored_of(ADA) == {}


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1", "1e3"])
def test_a_limit_that_is_none_is_refused(program, limit):
    assert program("GET", "/notifications", query={"limit": limit}).status_code == 422


def test_people_ask_for_themselves_alone(app, client, program):
    page = client.get("/notifications").text
    with client.session_transaction() as session:
        mine = f"visitor:{session['visitor']}"
    told = tell(mine)
    tell(ADA)
    headers = {"X-CSRFToken": re.search(r'csrf-token" content="([^"]+)', page)[1]}

    assert [each["id"] for each in client.get(f"{API}/notifications").json["items"]] == [told]
    assert client.get(f"{API}/notifications?subject={ADA}").status_code == 403
    assert client.post(f"{API}/notifications/read", json={"id": None}).status_code == 400
    read = client.post(f"{API}/notifications/read", json={"id": None}, headers=headers)
    assert read.json == {"changed": 1, "unread": 0}


def test_a_program_needs_the_scope_and_says_for_whom(app, program):
    reader = {"Authorization": f"Bearer {create_token('reader', ['push:read'])}"}
    client = app.test_client()

    assert client.get(f"{API}/preferences?subject={ADA}", headers=reader).status_code == 200
    assert client.get(f"{API}/preferences", headers=reader).status_code == 422
    assert client.put(f"{API}/preferences?subject={ADA}", headers=reader, json={}).status_code == 403


def test_the_answers_are_as_they_are_described(client, program):
    tell()
    document = client.get("/api/openapi.json").json
    calls = [
        ("get", "/notifications", None),
        ("post", "/notifications/read", {"id": None}),
        ("get", "/preferences", None),
        ("put", "/preferences", {"quietHours": HOURS}),
    ]

    for method, path, body in calls:
        answer = program(method.upper(), path, json=body)
        assert answer.status_code == 200
        assert problems(document, API + path, method, 200, answer) == []
