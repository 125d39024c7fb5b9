"""What a page without a socket is told it missed: by the rules of the socket, and from SQL where Redis cannot say."""

import pytest

from app.core.redis import RedisDown
from app.inventory import broadcasts, reconcile
from app.realtime.publish import forget
from tests.factories import make_product
from tests.realtime.recovering import event, since_offset, since_version, state


def test_events_come_in_order_after_the_offset_that_the_page_has(app, ask):
    before = event("shop")
    for number in (1, 2, 3):
        last = event("shop", number)

    answer = ask(since_offset("shop", before))

    assert answer["type"] == "subscribed" and answer["epoch"] == last.epoch
    assert answer["channels"]["shop"] == {
        "mode": "event",
        "offset": last.offset,
        "recovered": True,
        "missed": 3,
    }
    assert answer["messages"][0] == {
        "type": "message",
        "channel": "shop",
        "event": "changed",
        "offset": before.offset + 1,
        "epoch": last.epoch,
        "ts": 1,
        "data": {"n": 1},
        "content": "<b>1</b>",
    }
    assert [message["data"]["n"] for message in answer["messages"]] == [1, 2, 3]


def test_who_missed_nothing_is_told_nothing(app, ask):
    last = event("shop")

    answer = ask(since_offset("shop", last))

    assert answer["channels"]["shop"]["recovered"] and answer["messages"] == []


def test_the_first_message_of_a_channel_is_found_by_a_page_that_was_there_before_it(app, ask):
    before = event("test")
    first = event("shop")

    answer = ask({"channel": "shop", "since": {"offset": 0, "epoch": before.epoch}})

    assert [message["offset"] for message in answer["messages"]] == [first.offset]


@pytest.mark.parametrize("ahead, epoch", [(1, None), (0, "another"), (-301, None), (-(10**12), None)])
def test_events_cannot_be_recovered_from_an_unknown_position(app, ask, ahead, epoch):
    for number in range(302):
        last = event("shop", number)

    answer = ask(since_offset("shop", last, ahead, epoch))

    assert answer["channels"]["shop"] == {
        "mode": "event",
        "offset": last.offset,
        "recovered": False,
        "missed": 0,
    }
    assert answer["messages"] == []


def test_three_hundred_missed_events_come_in_one_answer(app, ask):
    first = event("shop")
    for number in range(300):
        event("shop", number)

    answer = ask(since_offset("shop", first))

    assert answer["channels"]["shop"]["missed"] == 300
    assert [message["data"]["n"] for message in answer["messages"]] == list(range(300))


def test_events_of_a_page_without_a_position_cannot_be_recovered(app, ask):
    event("shop")

    assert ask("shop")["channels"]["shop"]["recovered"] is False


@pytest.mark.parametrize("version, missed", [(1, 1), (2, 1), (3, 0), (4, 0)])
def test_state_comes_when_a_newer_version_is_there(app, ask, version, missed):
    state("stock:R1", 2)
    newest = state("stock:R1", 3)

    answer = ask(since_version("stock:R1", version))

    assert answer["channels"]["stock:R1"] == {
        "mode": "state",
        "offset": newest.offset,
        "version": 3,
        "recovered": True,
        "missed": missed,
    }
    assert [message["version"] for message in answer["messages"]] == [3] * missed


@pytest.mark.parametrize("question", ["stock:CUP", since_version("stock:CUP", 1)])
def test_state_that_redis_has_forgotten_is_read_from_the_database(app, ask, redis, question):
    make_product(sku="CUP", stock=3)
    redis.delete("rt:s:stock:CUP", "rt:c:stock:CUP")

    answer = ask(question)

    assert answer["channels"]["stock:CUP"]["recovered"]
    assert answer["channels"]["stock:CUP"]["version"] == 1
    if question == "stock:CUP":
        (message,) = answer["messages"]
        assert message["data"]["available"] == 3 and "badge" in message["content"]
        assert "offset" not in message and "epoch" not in message
    else:
        assert answer["messages"] == []


def test_a_page_that_shows_nothing_yet_gets_the_newest_state(app, ask):
    newest = state("stock:R2", 5)

    answer = ask("stock:R2")

    assert [(message["version"], message["offset"]) for message in answer["messages"]] == [(5, newest.offset)]


def test_what_neither_redis_nor_the_database_knows_is_not_recovered(app, ask):
    assert ask(since_version("stock:NONE", 1))["channels"]["stock:NONE"] == {
        "mode": "state",
        "offset": 0,
        "version": None,
        "recovered": False,
        "missed": 0,
    }


def test_after_a_flush_events_are_lost_and_state_is_read_again(app, ask, redis):
    make_product(sku="CUP", stock=3)
    old = event("shop")

    redis.flushall()
    answer = ask(since_offset("shop", old), since_version("stock:CUP", 0))

    assert answer["epoch"] is None and not answer["channels"]["shop"]["recovered"]
    assert [message["version"] for message in answer["messages"]] == [1]
    new = event("shop")
    assert ask(since_offset("shop", old))["epoch"] == new.epoch != old.epoch


def test_without_redis_state_comes_from_the_database_and_events_wait(app, ask, monkeypatch):
    make_product(sku="CUP", stock=3)
    last = event("shop")

    def down(_):
        raise RedisDown("gone")

    monkeypatch.setattr(app.extensions["redis"], "call", down)
    answer = ask(since_offset("shop", last), since_version("stock:CUP", 0), "viewers:7")

    assert answer["epoch"] is None
    assert answer["channels"] == {
        "shop": {"mode": "event", "offset": None, "recovered": False, "missed": 0},
        "stock:CUP": {"mode": "state", "offset": None, "version": 1, "recovered": True, "missed": 1},
        "viewers:7": {"mode": "presence", "recovered": True, "missed": 0},
    }
    assert [message["data"]["available"] for message in answer["messages"]] == [3]


def test_after_a_database_was_restored_its_lower_versions_come_in_a_new_epoch(app, ask):
    make_product(sku="CUP", stock=3)
    state("stock:CUP", 9)
    before = ask("stock:CUP")

    reconcile.fill_redis()

    after = ask("stock:CUP")
    assert before["epoch"] not in (None, after["epoch"])
    assert [message["version"] for message in after["messages"]] == [1]


def test_an_epoch_is_never_newer_than_the_messages_that_come_with_it(app, ask, redis):
    make_product(sku="CUP", stock=3)
    before = event("shop").epoch
    redis.delete("rt:s:stock:CUP", "rt:c:stock:CUP")

    def restored_meanwhile(skus):
        messages = broadcasts.stock_messages(skus)
        forget(["stock:CUP"])
        return messages

    app.extensions["snapshots"]["stock"] = restored_meanwhile

    assert ask("stock:CUP")["epoch"] == before
    assert ask("stock:CUP")["epoch"] != before
