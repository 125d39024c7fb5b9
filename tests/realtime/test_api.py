"""The realtime API: how the socket processes are doing, and messages from programs."""

import threading

import pytest

from app.realtime import broadcast, leases
from app.realtime.keys import REPORT_PREFIX
from app.security.tokens import create_token
from tests.factories import make_user
from tests.security.test_login import csrf_of, sign_in
from tests.support.reports import report_process

URL = "/api/realtime/websocket"
SEND = {
    "type": "broadcast",
    "data": {"type": "sale_started", "payload": {"percent": 20}},
    "targetChannel": "shop",
}
TO_USER = {"type": "send", "data": SEND["data"], "targetUser": "ab12"}
# What a socket process writes about itself every second.
PROCESS = {
    "pid": 7, "host": "localhost", "started": 1790000000000, "connections": 3, "users": 2, "channels": 5, "messages_in": 10,
    "messages_out": 40, "bytes_out": 4000, "rate_in": 0.5, "rate_out": 2.5, "evicted": 1,
    "p50": 2.5, "p95": 8.0, "p99": 20.0, "draining": 0, "queued_bytes": 70, "longest_queue": 50, "gaps": 0,
    "closes": '{"1000": 2, "slow_reader": 1}', "delivery": '{"buckets": {"5": 30, "+Inf": 40}, "sum": 100.5}',
}  # fmt: skip


@pytest.fixture
def program(app):
    return {"Authorization": f"Bearer {create_token('tests', ['realtime:read', 'realtime:publish'])}"}


def without(message, name):
    return {key: value for key, value in message.items() if key != name}


def test_a_broadcast_reaches_its_channel(app, client, program, published):
    answer = client.post(URL, json=SEND, headers=program)

    message = published.wait_for(1)[0]
    assert (message["channel"], message["event"], message["data"]) == (
        "shop",
        "sale_started",
        {"percent": 20},
    )
    assert message["content"] is None
    assert (answer.json["channel"], answer.json["offset"]) == ("shop", message["offset"])


def test_a_message_to_a_user_goes_to_the_channel_of_that_user_alone(app, client, program, published):
    answer = client.post(URL, json=TO_USER, headers=program)

    assert answer.json["channel"] == "user:ab12"
    assert [message["channel"] for message in published.wait_for(1)] == ["user:ab12"]


def test_nobody_listening_is_no_error(app, client, program):
    answer = client.post(URL, json=SEND, headers=program).json

    assert answer == {"channel": "shop", "offset": answer["offset"], "processes": 0, "reached": 0}


def test_each_process_says_how_many_it_reached(app, client, program, redis):
    listener = redis.pubsub(ignore_subscribe_messages=True)
    listener.subscribe("rt:p:shop")
    listener.get_message(timeout=1)

    def answer_like_a_socket_process():
        body = listener.get_message(timeout=2)["data"]
        redis.lpush(b"rt:reply:" + body.split(b"rt:reply:")[1].split(b'"')[0], 4)

    process = threading.Thread(target=answer_like_a_socket_process)
    process.start()
    answer = client.post(URL, json=SEND, headers=program).json
    process.join()
    listener.close()

    assert (answer["processes"], answer["reached"]) == (1, 4)


def test_a_process_that_stays_silent_is_not_counted_as_none(app, client, program, published, monkeypatch):
    monkeypatch.setattr(broadcast, "ANSWER_WITHIN_S", 0.05)

    answer = client.post(URL, json=SEND, headers=program)

    assert (answer.status_code, answer.json["processes"], answer.json["reached"]) == (200, 1, None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "type"),
        ([], "body"),
        ({**SEND, "type": "shout"}, "type"),
        (without(SEND, "data"), "data"),
        ({**SEND, "data": {"type": "sale", "payload": []}}, "data.payload"),
        ({**SEND, "data": {"type": "", "payload": {}}}, "data.type"),
        ({**SEND, "data": {"type": "x" * 41, "payload": {}}}, "data.type"),
        ({**SEND, "data": {"type": "Sale!", "payload": {}}}, "data.type"),
        ({**SEND, "data": {"type": "sale", "payload": {}, "html": "<b>"}}, "data.html"),
        ({**SEND, "content": "<script>"}, "content"),
        ({**SEND, "targetChannel": ""}, "targetChannel"),
        ({**SEND, "targetChannel": "x" * 81}, "targetChannel"),
        ({**TO_USER, "targetUser": "7:staff"}, "targetUser"),
        ({**TO_USER, "targetUser": "x" * 65}, "targetUser"),
        ({**SEND, "targetUser": "ab12"}, "body"),
        (without(SEND, "targetChannel"), "body"),
    ],
)
def test_a_mistake_is_named_and_sends_nothing(app, client, program, published, body, field):
    answer = client.post(URL, json=body, headers=program)

    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert field in [error["field"] for error in answer.json["errors"]]
    assert published.seen() == []


@pytest.mark.parametrize(
    ("channel", "status", "code"),
    [
        ("nope", 404, "unknown_channel"),
        ("shop:1", 404, "unknown_channel"),
        ("user", 404, "unknown_channel"),
        ("shop\n", 404, "unknown_channel"),
        ("rt:s:shop", 404, "unknown_channel"),
        ("stock:CUP", 403, "channel_not_writable"),
        ("product:1", 403, "channel_not_writable"),
        ("viewers:1", 403, "channel_not_writable"),
        ("room:4f", 403, "channel_not_writable"),
        ("room:4f:staff", 403, "channel_not_writable"),
        ("queue", 403, "channel_not_writable"),
        ("test", 200, None),
        ("visitor:ab12", 200, None),
    ],
)
def test_which_channels_a_program_may_write_to(app, client, program, channel, status, code):
    answer = client.post(URL, json={**SEND, "targetChannel": channel}, headers=program)

    assert (answer.status_code, answer.json.get("code")) == (status, code)


def test_the_test_channel_is_not_there_in_production(make_app):
    app = make_app(APP_ENV="production", PUBLIC_URL="http://localhost:3001")
    with app.app_context():
        headers = {"Authorization": f"Bearer {create_token('tests', ['realtime:publish'])}"}
        client = app.test_client()

        assert client.post(URL, json={**SEND, "targetChannel": "test"}, headers=headers).status_code == 404
        assert client.post(URL, json=SEND, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("scope", "read", "sent"), [("realtime:read", 200, 403), ("realtime:publish", 403, 200)]
)
def test_each_scope_opens_its_own_half(app, client, scope, read, sent):
    headers = {"Authorization": f"Bearer {create_token('half', [scope])}"}

    assert client.get(URL, headers=headers).status_code == read
    assert client.post(URL, json=SEND, headers=headers).status_code == sent


@pytest.mark.parametrize(
    ("role", "status"), [("shopper", 403), ("agent", 403), ("staff", 403), ("admin", 200)]
)
def test_of_all_people_only_admins_may_read_and_send(app, client, role, status):
    make_user(role, email="who@example.test")
    sign_in(client, "who@example.test")

    assert client.get(URL).status_code == status
    assert client.post(URL, json=SEND, headers={"X-CSRFToken": csrf_of(client, "/")}).status_code == status


@pytest.mark.parametrize(("environment", "status"), [("demo", 200), ("test", 401)])
def test_a_curl_without_a_token_works_in_the_demo_alone(make_app, environment, status):
    client = make_app(APP_ENV=environment).test_client()

    assert client.get(URL).status_code == status
    assert client.post(URL, json=SEND).status_code == status


def test_without_a_socket_process_the_status_is_down(app, client, program):
    status = client.get(URL, headers=program).json

    assert (status["status"], status["connections"], status["processes"]) == ("down", 0, [])
    assert (status["p50"], status["url"]) == (None, "ws://localhost:3002/ws")


def test_the_status_sums_what_the_processes_say(app, client, program, redis):
    report_process(redis, "a", **PROCESS)
    idle = {"pid": 8, "p50": "", "p95": "", "p99": "", "rate_out": 0.5, "channels": 2}
    report_process(redis, "b", **{**PROCESS, **idle})
    # One of them has a socket in each process.
    for process, names in {"a": ("user:1", "user:2"), "b": ("user:2", "visitor:3")}.items():
        leases.renew(redis, process, 5000)
        redis.sadd(leases.names_key(process, leases.CONNECTED), *names)

    status = client.get(URL, headers=program).json

    assert (status["status"], status["connections"], status["users"], status["messagesOut"]) == (
        "up",
        6,
        3,
        80,
    )
    assert (status["rateOut"], status["channels"]) == (3.0, 5)
    assert (status["queuedBytes"], status["longestQueue"], status["gaps"]) == (140, 50, 0)
    assert status["closes"] == {"1000": 4, "slow_reader": 2}
    assert status["delivery"] == {"buckets": {"5": 60, "+Inf": 80}, "sum": 201.0}
    assert status["roundTrip"] == {"buckets": {}, "sum": 0}
    assert (status["p50"], status["p95"], status["p99"]) == (2.5, 8.0, 20.0)
    assert sorted(process["pid"] for process in status["processes"]) == [7, 8]
    assert sorted(str(process["p99"]) for process in status["processes"]) == ["20.0", "None"]


def test_a_process_whose_report_has_expired_is_not_counted(app, client, program, redis):
    report_process(redis, "a", **PROCESS)
    assert client.get(URL, headers=program).json["status"] == "up"

    redis.delete(f"{REPORT_PREFIX}a")

    assert client.get(URL, headers=program).json["status"] == "down"
