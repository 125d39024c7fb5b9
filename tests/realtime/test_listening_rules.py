"""Who may listen to a private channel that is nobody's own and no role's: whoever its feature's rule lets in."""

import pytest

from app.core.errors import Forbidden
from app.realtime import pages
from app.realtime.channels import MOST_PRIVATE
from app.realtime.tokens import read_subscription
from app.security import access
from app.security.tokens import create_token
from tests.factories import make_user
from tests.realtime.recovering import event, since_offset, visitor_of
from tests.security.test_login import csrf_of, sign_in
from tests.support.settings import SECRET_KEY

OURS, NOTES, THEIRS = "room:4f", "room:4f:staff", "room:5a"
TICKETS = "/api/realtime/tickets"


@pytest.fixture
def members(app):
    """By channel, the subjects that the rule lets in; and every question that it was asked."""
    rooms, asked = {}, []

    def may_listen(name):
        asked.append(name)
        return access.subject() in rooms.get(name, ())

    pages.register_rule(app, "room", may_listen)
    rooms["asked"] = asked
    return rooms


def renew(client, *channels):
    headers = {"X-CSRFToken": csrf_of(client, "/")}
    return client.post("/live/tokens", headers=headers, json={"channels": list(channels)}).json["channels"]


def bearer():
    return {"Authorization": f"Bearer {create_token('display', ['realtime:listen'])}"}


def test_a_page_gets_a_token_for_the_rooms_that_the_rule_opens_and_none_for_others(app, client, members):
    mine = visitor_of(client)
    members[OURS] = {mine}
    members[THEIRS] = {"visitor:other"}

    tokens = renew(client, OURS, NOTES, THEIRS)

    assert set(tokens) == {mine, OURS}
    token = read_subscription(SECRET_KEY, tokens[OURS])
    assert (token.channel, token.subject) == (OURS, mine)


def test_who_left_a_room_gets_no_newer_token(client, members):
    members[OURS] = {visitor_of(client)}
    assert OURS in renew(client, OURS)

    members[OURS].clear()

    assert OURS not in renew(client, OURS)


def test_a_template_that_names_a_room_which_is_not_open_fails(app, members):
    with app.test_request_context("/"):
        members[OURS] = {access.subject()}

        assert read_subscription(SECRET_KEY, pages.subscription_token(OURS))
        for name in (NOTES, THEIRS, "room", "nonsense", "shop", "stock:A"):
            with pytest.raises(Forbidden):
                pages.subscription_token(name)


def test_without_a_rule_nobody_listens(app):
    app.extensions.pop(pages.RULES, None)
    with app.test_request_context("/"):
        assert not pages.may_listen(OURS)
        assert pages.may_listen(access.subject())


@pytest.mark.parametrize(
    "role, opens", [("agent", True), ("admin", True), ("staff", False), ("shopper", False)]
)
def test_the_queue_is_the_agents(app, client, members, role, opens):
    make_user(role, email="mira@example.test")
    sign_in(client, "mira@example.test")

    assert ("queue" in renew(client, "queue")) is opens


@pytest.mark.parametrize("name", ["user:another", "visitor:another", "alerts", "agents", "queue"])
def test_the_rule_of_one_kind_opens_no_other(client, members, name):
    members[name] = {visitor_of(client)}

    assert name not in renew(client, name)
    assert members["asked"] == []


@pytest.mark.parametrize("channels", ["room:4f", [4], ["x" * 129], ["room:4f"] * 201, None])
def test_what_is_no_list_of_names_is_refused(client, members, channels):
    headers = {"X-CSRFToken": csrf_of(client, "/")}

    answer = client.post("/live/tokens", headers=headers, json={"channels": channels})

    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_what_was_missed_in_a_room_is_told_by_the_same_rule(client, ask, members):
    members[OURS] = {visitor_of(client)}
    before = {name: event(name) for name in (OURS, NOTES)}
    for name in (OURS, NOTES):
        event(name, 7)

    answer = ask(*(since_offset(name, position) for name, position in before.items()))

    assert [message["channel"] for message in answer["messages"]] == [OURS]
    assert answer["channels"][NOTES] == {"error": "forbidden"}
    members[OURS].clear()
    assert ask(since_offset(OURS, before[OURS]))["channels"][OURS] == {"error": "forbidden"}


def test_one_request_asks_the_rule_only_so_often(ask, members):
    answer = ask(*(f"room:{number}" for number in range(MOST_PRIVATE + 5)), "shop")["channels"]

    errors = [channel.get("error") for channel in answer.values()]
    assert (errors.count("forbidden"), errors.count("too_many")) == (MOST_PRIVATE, 5)
    assert len(members["asked"]) == MOST_PRIVATE and "mode" in answer["shop"]


def test_a_program_hears_no_room_in_anybody_s_name(app, client, members, monkeypatch):
    user = make_user("agent", email="mira@example.test")
    subject, headers = f"user:{user.public_id}", bearer()
    members[OURS] = {subject}

    own = client.post(TICKETS, json={"userId": user.public_id}, headers=headers)
    room = client.post(TICKETS, json={"userId": user.public_id, "channels": [OURS]}, headers=headers)

    assert {subject, "queue"} <= set(own.json["channels"]) and OURS not in own.json["channels"]
    assert (room.status_code, room.json["code"]) == (403, "forbidden")
    assert members["asked"] == []


@pytest.mark.parametrize("env, with_token", [("test", True), ("demo", False)])
def test_a_program_that_asks_what_was_missed_is_nobody_s_page(make_app, env, with_token):
    """Features take a program for a supervisor; a rule that did so, too, would open every room to each of them."""
    app = make_app(APP_ENV=env)
    pages.register_rule(app, "room", lambda name: True)
    with app.app_context():
        headers = bearer() if with_token else {}

    answer = app.test_client().post("/live/recover", json={"channels": [OURS]}, headers=headers).json

    assert answer["channels"][OURS] == {"error": "forbidden"}
