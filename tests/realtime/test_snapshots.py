"""What pages without a socket are told, and in which epoch it counts."""

from app.inventory import broadcasts, reconcile
from app.realtime.publish import Message, forget, publish
from tests.factories import make_product

URL = "/live/messages?channel=stock:CUP"


def test_after_a_database_was_restored_its_lower_versions_come_in_a_new_epoch(app, client):
    make_product(sku="CUP", stock=3)
    publish(Message("stock:CUP", "stock_changed", 0, {}, {}, version=9))
    before = client.get(URL).json

    reconcile.fill_redis()

    after = client.get(URL).json
    assert before["epoch"] not in (None, after["epoch"])
    assert [message["version"] for message in after["messages"]] == [1]


def test_an_epoch_is_never_newer_than_the_messages_that_come_with_it(app, client):
    make_product(sku="CUP", stock=3)
    before = client.get(URL).json["epoch"]

    def restored_meanwhile(skus):
        messages = broadcasts.stock_messages(skus)
        forget(["stock:CUP"])
        return messages

    app.extensions["snapshots"]["stock"] = restored_meanwhile

    assert client.get(URL).json["epoch"] == before
    assert client.get(URL).json["epoch"] != before
