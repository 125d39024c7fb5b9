"""How often one may subscribe, what programs may, and whether all of it is as it is described."""

import pytest

from app.notifications.keys import vapid
from app.security.limits import limiter
from app.security.tokens import create_token
from tests.core.test_openapi import problems
from tests.notifications.visiting import SUBSCRIPTIONS, URL, Visitor

DEVICE = f"{SUBSCRIPTIONS}/{{device_id}}"


@pytest.fixture
def limited(app):
    limiter.reset()
    vapid.ensure_key()
    return Visitor(app)


def test_a_person_subscribes_ten_times_an_hour_at_most(limited):
    answers = [limited.subscribe().status_code for _ in range(11)]

    assert answers == [201] * 10 + [429]


def test_an_address_subscribes_thirty_times_an_hour_at_most(limited, app):
    client = app.test_client(use_cookies=False)

    answers = [client.post(SUBSCRIPTIONS, json=limited.body()).status_code for _ in range(31)]

    assert answers == [201] * 30 + [429]


def test_one_test_push_in_ten_seconds(limited):
    path = f"{SUBSCRIPTIONS}/{limited.subscribe().json['id']}/test"

    assert [limited.ask("POST", path).status_code for _ in range(2)] == [202, 429]


def test_programs_act_for_whom_they_name(app):
    vapid.ensure_key()
    page, client = Visitor(app), app.test_client()
    program = {"Authorization": f"Bearer {create_token('app', ['push:read', 'push:write'])}"}
    reader = {"Authorization": f"Bearer {create_token('reader', ['push:read'])}"}
    named = f"{SUBSCRIPTIONS}?subject=user:ab12"

    made = client.post(named, json=page.body(label="The app"), headers=program)

    assert (made.status_code, made.json["label"]) == (201, "The app")
    assert client.get(named, headers=reader).json["items"] == [made.json]
    assert client.post(named, json=page.body(), headers=reader).status_code == 403
    assert client.get(SUBSCRIPTIONS, headers=program).json["errors"][0]["field"] == "subject"
    assert page.ask("GET", named).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", f"{URL}/key", 200),
        ("get", SUBSCRIPTIONS, 200),
        ("get", DEVICE, 200),
        ("put", DEVICE, 200),
        ("post", f"{DEVICE}/test", 202),
        ("delete", DEVICE, 200),
        ("post", SUBSCRIPTIONS, 201),
    ],
)
def test_what_it_answers_is_what_its_description_says(app, client, method, path, status):
    vapid.ensure_key()
    page = Visitor(app)
    device = page.subscribe().json["id"]
    more = {"json": page.body()} if method == "put" or path == SUBSCRIPTIONS and method == "post" else {}

    answer = page.ask(method.upper(), path.replace("{device_id}", device), **more)

    assert answer.status_code == status, answer.text
    document = client.get("/api/openapi.json").json
    assert problems(document, path, method, status, answer) == []
    refused = page.ask(method.upper(), path.replace("{device_id}", "nobodys"), **more)
    if refused.status_code == 404:
        assert problems(document, path, method, 404, refused) == []
