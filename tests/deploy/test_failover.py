"""The Redis that takes writes is killed under load: another takes over, and nothing acknowledged is lost."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import db, transaction
from app.core.mail import Mail, deliver_later
from app.core.redis import Breaker, RedisDown, connect
from app.realtime.publish import Message, publish
from tests.faults.guests import inside
from tests.support.followers import Crowd, Follower, wait_until_subscribed
from tests.support.redis_group import RedisGroup, open_redis_group
from tests.support.shop import Shop, open_shop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(300)]

PROCESSES = ("web", "live", "worker", "clock")
BACK_WITHIN_S = 10.0
# A job that was under way when Redis died is taken for abandoned after a while, and run again.
RERUN_S = 150
FOLLOWERS = 20
MAILS = 60


@pytest.fixture
def group() -> Iterator[RedisGroup]:
    with open_redis_group() as group:
        yield group


@pytest.fixture
def watched_shop(group: RedisGroup) -> Iterator[Shop]:
    with open_shop(*PROCESSES, REDIS_URL=group.url) as shop:
        yield shop


class Listener(Follower):
    """Keeps what it heard, and how often it was told to fetch."""

    def __init__(self, shop: Shop):
        super().__init__(
            shop.settings.WEBSOCKET_PORT, "shop", pause=0.2, silence=70.0, origin=shop.settings.PUBLIC_URL
        )
        self.heard: set[int] = set()

    def _hear(self, body: dict[str, Any]) -> None:
        super()._hear(body)
        if body["type"] == "message":
            self.heard.add(body["data"]["number"])


class Speaker(threading.Thread):
    """Publishes numbers and sells cups, one after the other, and notes what was acknowledged, and when."""

    def __init__(self, shop: Shop):
        super().__init__(daemon=True)
        self.shop = shop
        self.is_over = threading.Event()
        self.published: dict[int, float] = {}
        self.refused: list[float] = []
        self.changes: list[int] = []
        self.mails = 0

    def run(self) -> None:
        number = 0
        while not self.is_over.is_set():
            number += 1
            self.publish(number)
            self.change_stock(number)
            time.sleep(0.02)

    def publish(self, number: int) -> None:
        body = {
            "type": "broadcast",
            "data": {"type": "count", "payload": {"number": number}},
            "targetChannel": "shop",
        }
        answer = requests.post(f"{self.shop.url}/api/realtime/websocket", json=body, timeout=20)
        if answer.status_code == 200:
            self.published[number] = time.monotonic()
        else:
            assert answer.status_code == 503, answer.text
            self.refused.append(time.monotonic())

    def change_stock(self, number: int) -> None:
        body = {"productId": "CUP", "quantity": 1, "operation": "add", "reason": f"change {number}"}
        answer = requests.post(
            f"{self.shop.url}/api/realtime/inventory",
            json=body,
            headers={"Idempotency-Key": f"failover-{number}"},
            timeout=20,
        )
        self.changes.append(answer.status_code)


class Warden(threading.Thread):
    """Starts the worker again when it has ended, as it does when it loses Redis; in a real shop supervisor or systemd do."""

    def __init__(self, shop: Shop):
        super().__init__(daemon=True)
        self.shop = shop
        self.is_over = threading.Event()
        self.restarts = 0

    def run(self) -> None:
        while not self.is_over.wait(0.5):
            if self.shop.processes["worker"].poll() is not None:
                self.restarts += 1
                self.shop.start("worker")


def write_mails(count: int) -> None:
    """Each one job, acknowledged by its commit."""
    for number in range(count):
        with transaction():
            mail = Mail(
                to="ada@example.test",
                subject=f"Mail {number}",
                body="",
                html="",
                unsubscribe_url="",
                created_at=clock.now_ms(),
            )
            db.session.add(mail)
            db.session.flush()
            deliver_later(mail.id)
        time.sleep(0.05)


def count_unsent() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).where(Mail.sent_at.is_(None))) or 0


def test_another_redis_takes_over_and_nothing_acknowledged_is_lost(
    watched_shop: Shop, group: RedisGroup
) -> None:
    shop = watched_shop
    listeners = [Listener(shop) for _ in range(FOLLOWERS)]
    crowd = Crowd(list(listeners))
    crowd.start()
    wait_until_subscribed(crowd.followers, 30)
    speaker = Speaker(shop)
    warden = Warden(shop)
    speaker.start()
    warden.start()
    wait_for(lambda: len(speaker.published) > 20, 30, "the first messages")

    with inside(shop):
        first = group.primary()
        died_at: list[float] = []
        killer = threading.Timer(1.5, lambda: (died_at.append(time.monotonic()), group.kill(first)))
        killer.start()
        write_mails(MAILS)  # before, during and after
        killer.join()
        died = died_at[0]
        wait_for(lambda: group.successor(first), BACK_WITHIN_S, "another server to take over")
        wait_for(lambda: max(speaker.published.values()) > died, BACK_WITHIN_S, "the shop to publish again")
        back = (
            max(at for at in speaker.refused) - died
            if speaker.refused
            else min(at for at in speaker.published.values() if at > died) - died
        )
        wait_for(lambda: len([at for at in speaker.published.values() if at > died]) > 50, 30, "more")
        speaker.is_over.set()
        speaker.join(30)
        wait_for(lambda: count_unsent() == 0, RERUN_S, "every mail to be sent by a worker")

    wait_for(
        lambda: all(listener.heard >= speaker.published.keys() for listener in listeners),
        20,
        "every listener to have heard all that was acknowledged",
    )
    crowd.is_over.set()
    crowd.join(10)
    warden.is_over.set()
    warden.join(10)
    print(
        f"\npublishing again after {back:.1f} s; {len(speaker.refused)} publications refused meanwhile; "
        f"{warden.restarts} restarts of the worker"
    )
    assert back < BACK_WITHIN_S
    assert set(speaker.changes) == {200}
    assert shop.stock("CUP")["onHand"] == 10 + len(speaker.changes)
    assert [listener.breaks for listener in listeners] == [[]] * FOLLOWERS
    assert all(listener.connects == 1 for listener in listeners)


def test_a_server_that_comes_back_follows_the_one_that_took_over(group: RedisGroup) -> None:
    """And what was heard of the first is never taken for news of the second, which may have counted less far."""
    publisher = Flask("publisher")
    publisher.extensions["redis"] = Breaker(connect(group.url))
    before = tell(publisher)
    first = group.primary()
    group.kill(first)
    wait_for(lambda: group.successor(first), BACK_WITHIN_S, "another server to take over")
    wait_for(group.takes_writes, BACK_WITHIN_S, "writes")

    group.start(f"redis{group.ports.redis.index(first) + 1}")

    wait_for(group.is_whole, 30, "the server that was away")
    assert group.successor(first)
    after = wait_for(lambda: tell(publisher), BACK_WITHIN_S, "a message")
    assert after > before + 10_000
    assert tell(publisher) == after + 1


def tell(publisher: Flask) -> int:
    """The offset of a message; 0 while Redis cannot be reached."""
    try:
        with publisher.app_context():
            return publish(Message("shop", "told", clock.now_ms(), {})).offset
    except RedisDown:
        return 0
