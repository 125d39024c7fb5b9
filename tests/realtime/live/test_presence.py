"""Who is there: told by sockets that are open, over all processes."""

import time
from typing import Any

import pytest

from app.realtime import presence
from tests.realtime.live.rooms import GRACE_S, INTERVAL_S, ROOM, counts, listen, wait_count
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.test_access import identity, right
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for


def test_a_newcomer_is_told_at_once_and_the_others_soon(alone: LiveServer, enter: Any) -> None:
    first = enter(alone, "visitor:a")
    wait_count(first, 1, 1)
    second = enter(alone, "visitor:b")

    wait_count(second, 2, 1)
    wait_count(first, 2, INTERVAL_S + 1)

    frame = next(body for body in second.received if body["type"] == "presence")
    assert frame == {"type": "presence", "channel": ROOM, "count": 2}
    types = [body["type"] for body in second.received]
    assert types.index("subscribed") < types.index("presence")


def test_the_answer_to_a_subscribe_needs_no_catching_up(alone: LiveServer, connect_peer: Any) -> None:
    peer = connect_peer(alone)

    answer = peer.subscribe(ROOM, "shop")

    assert answer[ROOM] == {"mode": "presence", "recovered": True, "missed": 0}
    assert answer["shop"]["mode"] == "event"


def test_two_tabs_of_one_visitor_are_one_and_sockets_of_nobody_known_one_each(
    alone: LiveServer, enter: Any
) -> None:
    watcher, tab = enter(alone, "visitor:a"), enter(alone, "visitor:a")
    enter(alone), enter(alone)

    wait_count(watcher, 3)
    tab.close()
    listen(watcher, GRACE_S + INTERVAL_S + 1)

    assert counts(watcher)[-1] == 3


@pytest.mark.parametrize("leave", ["unsubscribe", "close"])
def test_who_leaves_is_missed(alone: LiveServer, enter: Any, leave: str) -> None:
    watcher, other = enter(alone, "visitor:a"), enter(alone, "visitor:b")
    wait_count(watcher, 2)

    if leave == "close":
        other.close()
    else:
        other.send({"type": "unsubscribe", "channel": ROOM})

    wait_count(watcher, 1, GRACE_S + 2 * INTERVAL_S)


def test_who_turns_to_another_page_is_not_missed(alone: LiveServer, enter: Any) -> None:
    watcher, other = enter(alone, "visitor:a"), enter(alone, "visitor:b")
    wait_count(watcher, 2)

    other.close()
    again = enter(alone, "visitor:b")
    wait_count(again, 2, 1)
    listen(watcher, GRACE_S + 2 * INTERVAL_S)

    assert counts(watcher)[-1] == 2 and 1 not in counts(watcher)[counts(watcher).index(2) :]


def test_agents_see_who_is_there_and_nobody_else_does(alone: LiveServer, connect_peer: Any) -> None:
    agent, other, outsider = connect_peer(alone), connect_peer(alone), connect_peer(alone)

    agent.subscribe(right("agents", "user:1"), token=identity("user:1"))
    answer = outsider.subscribe("agents", token=identity("user:3"))
    other.subscribe(right("agents", "user:2"), token=identity("user:2"))
    wait_count(agent, 2)

    assert answer["agents"] == {"error": "forbidden"}
    assert [body["members"] for body in agent.received if body["type"] == "presence"][-1] == [
        "user:1",
        "user:2",
    ]


def test_whose_role_is_taken_away_is_not_there_any_more(
    alone: LiveServer, connect_peer: Any, own_redis: RedisServer
) -> None:
    agent, other = connect_peer(alone), connect_peer(alone)
    agent.subscribe(right("agents", "user:1"), token=identity("user:1"))
    other.subscribe(right("agents", "user:2"), token=identity("user:2"))
    wait_count(agent, 2)

    own_redis.client.xadd("rt:revocations", {"kind": "channel", "channel": "agents", "subject": "user:2"})

    assert other.wait("unsubscribed")["channels"] == ["agents"]
    wait_count(agent, 1, GRACE_S + 2 * INTERVAL_S)


def test_presence_channels_count_among_the_channels_of_a_socket(start_live: Any, connect_peer: Any) -> None:
    peer = connect_peer(start_live(WEBSOCKET_MAX_CHANNELS="2"))

    answer = peer.subscribe("viewers:1", "viewers:2", "viewers:3")

    assert answer["viewers:3"] == {"error": "too_many"}


def test_a_hundred_who_come_at_once_are_no_storm(alone: LiveServer, enter: Any) -> None:
    watcher = enter(alone, "visitor:a")
    start = time.monotonic()

    crowd = [enter(alone, f"visitor:{number}") for number in range(100)]
    for peer in (watcher, crowd[0], crowd[-1]):
        wait_count(peer, 101)

    most = 2 + (time.monotonic() - start) / INTERVAL_S
    assert all(len(counts(peer)) <= most for peer in (watcher, crowd[0], crowd[-1]))


def test_the_web_process_knows_who_is_connected(
    alone: LiveServer, start_beside: Any, enter: Any, web: None
) -> None:
    enter(alone, "visitor:a"), enter(start_beside(), "visitor:a", "shop"), enter(alone)
    other = enter(alone, "user:b", "shop")

    wait_for(lambda: presence.count_connected() == 2, 2 * INTERVAL_S)
    assert presence.find_connected(["user:b", "user:c"]) == {"user:b"}
    assert presence.read_channels([ROOM, "shop", "nonsense"]) == {ROOM: presence.Presence(2)}
    other.close()
    wait_for(lambda: presence.find_connected(["user:b"]) == frozenset(), GRACE_S + 2 * INTERVAL_S)
