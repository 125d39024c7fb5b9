"""Who may ask what was missed, how, and how much it costs when a thousand ask it."""

import pytest

from app.core.redis import RedisDown
from app.realtime.publish import Message, forget, publish
from tests.factories import make_product, make_user
from tests.realtime.conftest import URL
from tests.realtime.recovering import event, since_offset, since_version, state, visitor_of
from tests.security.test_login import sign_in


def test_the_own_private_channel_is_open_by_the_cookie_and_another_s_is_not(app, client, ask):
    mine = visitor_of(client)
    for channel in (mine, "visitor:somebody"):
        before = event(channel)
        event(channel, 7)

    answer = ask(*(since_offset(channel, before, ahead=-1) for channel in (mine, "visitor:somebody")))

    assert answer["channels"]["visitor:somebody"] == {"error": "forbidden"}
    assert {message["channel"] for message in answer["messages"]} <= {mine}
    assert answer["channels"][mine]["mode"] == "event"


@pytest.mark.parametrize("role, error", [("staff", None), ("shopper", "forbidden")])
def test_a_role_opens_its_channels(app, client, ask, role, error):
    make_user(role, email="mira@example.test")
    sign_in(client, "mira@example.test")

    assert ask("alerts")["channels"]["alerts"].get("error") == error


def test_presence_answers_with_its_count_and_asking_is_not_being_there(app, ask, redis):
    redis.zadd("rt:here", {"p1": 2**53})
    redis.sadd("rt:here:p1:viewers:7", "visitor:a", "visitor:b")

    expected = {"mode": "presence", "recovered": True, "missed": 0, "count": 2}
    assert [ask("viewers:7")["channels"]["viewers:7"] for _ in range(2)] == [expected] * 2
    assert ask("agents")["channels"]["agents"] == {"error": "forbidden"}


def test_each_channel_has_its_own_error(app, ask):
    event("shop")

    answer = ask("nonsense", {"channel": "stock:A", "since": {"version": "x"}}, "shop")

    assert answer["channels"]["nonsense"] == {"error": "unknown_channel"}
    assert answer["channels"]["stock:A"] == {"error": "bad_request"}
    assert answer["channels"]["shop"]["mode"] == "event"


def test_more_than_two_hundred_channels_are_too_many(app, ask):
    answer = ask(*(f"stock:S{number}" for number in range(201)))["channels"]

    assert [name for name, channel in answer.items() if channel.get("error") == "too_many"] == ["stock:S200"]


@pytest.mark.parametrize(
    "body", [[], {}, {"channels": []}, {"channels": {}}, {"channels": [3]}, {"channels": ["x" * 129]}]
)
def test_a_body_that_names_no_channels_is_refused(app, client, body):
    assert client.post(URL, json=body).status_code == 422


def test_a_body_that_is_no_json_or_names_no_language_is_refused(app, client):
    assert client.post(URL, data="{}", content_type="text/plain").status_code == 415
    assert client.post(URL, data="{", content_type="application/json").status_code == 400
    assert client.post(URL, json={"channels": ["shop"], "lang": "<b>"}).status_code == 422


def test_content_is_in_the_language_of_the_page(app, ask):
    content = {"en": "in stock", "de": "auf Lager"}
    publish(Message("stock:L1", "changed", 1, {}, content, version=1))

    said = [ask("stock:L1", lang=lang)["messages"][0]["content"] for lang in ("de-AT", "de", "en", "fr")] + [
        ask("stock:L1")["messages"][0]["content"]
    ]

    assert said == ["auf Lager", "auf Lager", "in stock", "in stock", "in stock"]


def test_pages_that_poll_the_same_channels_are_one_look_at_redis(app, client, ask, remembers, monkeypatch):
    before = event("shop")
    event("shop", 1)
    state("stock:A", 9)
    looks = count_calls(app, monkeypatch)

    wanted = [since_offset("shop", before), since_version("stock:A", 9), "viewers:7"]
    answers = [ask(*wanted) for _ in range(20)]

    assert len(looks) == 3  # who is kept out, the messages, and who is there
    assert all(len(answer["messages"]) == 1 for answer in answers)


def test_what_is_remembered_is_no_answer_to_a_page_that_knows_more(app, ask, remembers):
    first = event("shop")
    ask(since_offset("shop", first))
    second = event("shop", 2)
    state("stock:M1", 1)
    ask(since_version("stock:M1", 1))
    state("stock:M1", 2)

    ahead = ask(since_offset("shop", second), since_version("stock:M1", 2))["channels"]
    newest = ask("stock:M1")["messages"]

    assert ahead["shop"]["recovered"] and ahead["stock:M1"]["version"] == 2
    assert [message["version"] for message in newest] == [2]


def test_a_new_epoch_is_not_mixed_with_what_is_remembered_of_the_old_one(app, ask, remembers):
    state("stock:M2", 9)
    ask(since_version("stock:M2", 9))

    forget(["stock:M2"])
    state("stock:M2", 1)
    answer = ask(since_version("stock:M2", 9), "stock:M3")

    assert answer["channels"]["stock:M2"]["version"] == 1


def test_private_answers_are_not_remembered_for_others(app, client, ask, remembers):
    mine = visitor_of(client)
    before = event(mine)
    event(mine, 1)
    assert len(ask(since_offset(mine, before))["messages"]) == 1

    other = app.test_client().post(URL, json={"channels": [since_offset(mine, before)]}).json

    assert other["channels"][mine] == {"error": "forbidden"} and other["messages"] == []


def test_without_redis_pages_that_poll_are_one_look_at_the_database(app, ask, remembers, monkeypatch):
    make_product(sku="CUP", stock=3)
    looks = []
    read = app.extensions["snapshots"]["stock"]
    app.extensions["snapshots"]["stock"] = lambda keys: looks.append(keys) or read(keys)

    def down(_):
        raise RedisDown("gone")

    monkeypatch.setattr(app.extensions["redis"], "call", down)
    answers = [ask(since_version("stock:CUP", 0)) for _ in range(5)]

    assert len(looks) == 1 and all(len(answer["messages"]) == 1 for answer in answers)


def count_calls(app, monkeypatch):
    calls = []
    call = app.extensions["redis"].call
    monkeypatch.setattr(app.extensions["redis"], "call", lambda action: calls.append(action) or call(action))
    return calls


def test_a_page_elsewhere_may_read_the_answer_but_not_with_anybody_s_cookies(app, client):
    asked = client.options(URL, headers={"Origin": "https://elsewhere.example"})
    told = client.post(URL, json={"channels": ["shop"]}, headers={"Origin": "https://elsewhere.example"})
    refused = client.post(URL, json={}, headers={"Origin": "https://elsewhere.example"})

    assert asked.headers["Access-Control-Allow-Headers"] == "Content-Type"
    for answer in (asked, told, refused):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Access-Control-Allow-Origin" not in client.post("/live/tokens").headers
