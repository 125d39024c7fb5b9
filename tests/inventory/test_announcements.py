"""From a commit to a message on Redis: at once, or by the sweep, and never an older state over a newer one."""

import json

import pytest
import sqlalchemy as sa

from app.core import outbox
from app.core.database import db, transaction
from app.core.outbox_rows import OutboxEvent
from app.inventory import broadcasts, reconcile
from app.inventory.adjustments import change_stock
from app.inventory.ledger import Origin
from app.realtime.publish import Message, publish, published_versions
from tests.factories import make_product


@pytest.fixture
def app(make_app):
    """Without alerts, which have a channel of their own."""
    app = make_app(INVENTORY_ENABLE_ALERTS="false")
    with app.app_context():
        yield app


def take(sku, quantity):
    with transaction():
        change_stock(sku, "remove", quantity, Origin("test", "sold"))


def waiting():
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).where(OutboxEvent.published_at.is_(None)))


def test_a_change_publishes_the_badges_of_its_sku_and_its_product(app, published):
    product = make_product(sku="CUP", stock=10)
    published.clear()

    take("CUP", 7)

    messages = {message["channel"]: message for message in published.wait_for(2)}
    stock = messages["stock:CUP"]
    assert stock["data"] == {"sku": "CUP", "status": "low", "available": 3, "backOn": None, "version": 2}
    assert "Only 3 left" in stock["content"]["en"]
    assert "hx-swap-oob=\"innerHTML:[data-stock='CUP']\"" in stock["content"]["en"]
    assert messages[f"product:{product.id}"]["version"] == 2


def test_a_refused_change_publishes_nothing(app, published):
    make_product(sku="CUP", stock=1)
    published.clear()

    try:
        take("CUP", 2)
    except Exception:
        take("CUP", 1)

    assert [message["version"] for message in published.wait_for(2)] == [2, 2]


def test_the_sweep_publishes_what_a_killed_process_left_behind(app, published):
    make_product(sku="CUP", stock=10)
    app.config["OUTBOX_DELIVERS"] = False
    take("CUP", 7)
    published.clear()
    make_due()

    outbox.sweep()

    assert {message["channel"].split(":")[0] for message in published.wait_for(2)} == {"stock", "product"}
    assert waiting() == 0


def make_due():
    with transaction():
        db.session.execute(sa.update(OutboxEvent).values(next_try_at=0))


def test_many_changes_of_one_sku_are_swept_as_the_newest(app, published):
    make_product(sku="CUP", stock=10)
    app.config["OUTBOX_DELIVERS"] = False
    for _ in range(5):
        take("CUP", 1)
    published.clear()
    make_due()

    outbox.sweep()

    assert [message["version"] for message in published.wait_for(2)] == [6, 6]
    assert waiting() == 0


def test_changes_right_after_one_was_delivered_are_delivered_together(app):
    heard = []
    outbox.register(app, "stock_changed", lambda event: heard.append(event.version))
    app.config["OUTBOX_PAUSE_S"] = 60
    make_product(sku="CUP", stock=10)
    for _ in range(3):
        take("CUP", 1)
    app.extensions["outbox_late"].flush()
    app.extensions["outbox_marks"].flush()

    assert heard == [1, 4]
    assert waiting() == 0


def test_an_older_state_is_dropped(app, redis):
    newer = Message("stock:CUP", "stock_changed", 1, {"n": 2}, version=2)
    older = Message("stock:CUP", "stock_changed", 1, {"n": 1}, version=1)

    assert publish(newer).offset > 0
    assert publish(older).offset == 0
    assert publish(newer).offset == 0

    kept = redis.xrange("rt:s:stock:CUP")
    assert [json.loads(fields[b"m"])["data"] for _, fields in kept] == [{"n": 2}]


def test_events_keep_their_order_and_their_history(app, redis):
    offsets = [publish(Message("shop", "note", 1, {"n": number})).offset for number in range(3)]

    assert offsets == [offsets[0], offsets[0] + 1, offsets[0] + 2]
    kept = [entry_id.decode() for entry_id, _ in redis.xrange("rt:s:shop")]
    assert kept == [f"{offset}-0" for offset in offsets]


def test_a_broken_topic_waits_longer_each_time_and_does_not_stop_the_others(app, published, monkeypatch):
    make_product(sku="CUP", stock=10)
    outbox.register(app, "broken", lambda event: 1 / 0)
    app.config["OUTBOX_DELIVERS"] = False
    with transaction():
        outbox.announce("broken", "x")
    take("CUP", 1)
    published.clear()
    make_due()

    outbox.sweep()
    outbox.sweep()

    assert len(published.wait_for(2)) == 2
    db.session.rollback()
    row = db.session.scalars(sa.select(OutboxEvent).where(OutboxEvent.topic == "broken")).one()
    assert (row.attempts, row.published_at) == (1, None)


def test_the_reconciler_fills_an_empty_redis(app, redis):
    product = make_product(sku="CUP", stock=10)
    redis.flushdb()

    assert reconcile.fill_redis() == 2

    assert published_versions(["stock:CUP", f"product:{product.id}"]) == {
        "stock:CUP": 1,
        f"product:{product.id}": 1,
    }
    assert reconcile.fill_redis() == 0


def test_after_a_restore_the_older_database_wins(app, redis, published):
    make_product(sku="CUP", stock=3)
    publish(Message("stock:CUP", "stock_changed", 1, {"lost": True}, version=9))
    epoch = redis.get("rt:epoch")
    published.clear()

    reconcile.fill_redis()

    message = published.wait_for(1)[0]
    assert (message["channel"], message["version"], message["data"]["available"]) == ("stock:CUP", 1, 3)
    assert message["epoch"].encode() != epoch
    assert reconcile.fill_redis() == 0


def test_with_realtime_switched_off_nothing_is_published(make_app, published):
    with make_app(INVENTORY_ENABLE_REALTIME="false").app_context():
        make_product(sku="CUP", stock=10)
        published.clear()

        take("CUP", 1)

        assert published.seen() == []
        assert reconcile.fill_redis() == 0


def test_the_snapshot_of_a_channel_is_what_was_published(app, client, published):
    make_product(sku="CUP", stock=3)
    message = published.wait_for(1)[0]

    names = ["stock:CUP", "stock:NOPE", "user:1", "\0"]
    answer = client.post("/live/recover", json={"channels": names}).json

    assert [entry["channel"] for entry in answer["messages"]] == ["stock:CUP"]
    assert answer["messages"][0]["content"] == message["content"]["en"]
    assert answer["messages"][0]["version"] == 1


def test_messages_are_the_same_without_a_request(app):
    make_product(sku="CUP", stock=3)

    assert broadcasts.stock_messages(["CUP"])[0].content
