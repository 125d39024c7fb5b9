"""Thousands of messages while sockets are cut and processes die: none lost, none doubled, one order for everybody."""

import json
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from bench.parlour import Person, Talk, hold_talks
from tests.support.followers import Crowd, Follower, wait_until_subscribed
from tests.support.shop import Shop, open_shop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(900)]

TALKS = 100
MESSAGES = 100  # in each; half of them by the shopper, half by the agent
SENDERS = 20
KILLS = 25
# The limit is 60 a minute for each of two senders.
PACE_S = 0.6
ANSWERED_WITHIN_S = 90
SEED = 20261123


class RoomFollower(Follower):
    """Shows a room as its page does: by number, each once, and asks for what it missed."""

    def __init__(self, shop: Shop, talk: Talk, person: Person):
        port = shop.settings.WEBSOCKET_PORT
        super().__init__(port, f"room:{talk.room}", pause=0.2, silence=70.0, origin=shop.url)
        self.shown: dict[int, str] = {}
        self.fetches = 0
        self._url = f"{shop.url}/chat/rooms/{talk.room}/events"
        self._person = person
        self._rights = person.rights(self.channel)

    def _subscribe(self) -> None:
        wanted: dict[str, Any] = {"channel": self.channel, "token": self._rights[self.channel]}
        if self.last is not None:
            wanted["since"] = {"offset": self.last, "epoch": self.epoch}
        frame = {"type": "subscribe", "channels": [wanted], "token": self._rights[""]}
        self._send(1, json.dumps(frame).encode())

    def _hear(self, body: dict[str, Any]) -> None:
        super()._hear(body)
        if body["type"] == "message":
            self._show(body["data"])
        elif body["type"] == "reset" or (
            body["type"] == "subscribed" and not body["channels"][self.channel]["recovered"]
        ):
            threading.Thread(target=self.fetch, daemon=True).start()

    def _show(self, data: dict[str, Any]) -> None:
        if "seq" in data:
            self.shown[data["seq"]] = data.get("message", {}).get("clientId", "")

    @property
    def complete_up_to(self) -> int:
        seq = 0
        while seq + 1 in self.shown:
            seq += 1
        return seq

    def fetch(self) -> None:
        """Until there is an answer; as a page does it, from the last number without a gap before it."""
        self.fetches += 1
        for _ in range(300):
            try:
                found = self._ask()
            except (requests.RequestException, ValueError):
                time.sleep(0.3)
                continue
            for event in found["events"]:
                self._show(event["data"])
            if self.complete_up_to >= found["head"]:
                return

    def _ask(self) -> dict[str, Any]:
        url = f"{self._url}?after={self.complete_up_to}"
        answer = requests.get(url, headers=self._person.headers(), timeout=5)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


class Sender(threading.Thread):
    """Says the messages of some talks in turn, each until it is acknowledged, with the same id."""

    def __init__(self, shop: Shop, talks: list[Talk]):
        super().__init__(daemon=True)
        self.shop = shop
        self.talks = talks
        self.acknowledged: dict[str, list[tuple[int, str]]] = {talk.room: [] for talk in talks}
        self.repeats = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for number in range(MESSAGES):
                begun = time.monotonic()
                for talk in self.talks:
                    self.say(talk, number)
                time.sleep(max(0.0, PACE_S - (time.monotonic() - begun)))
        except BaseException as error:
            self.failure = error

    def say(self, talk: Talk, number: int) -> None:
        person = talk.agent if number % 2 else talk.shopper
        client_id = f"chaos-{number:04}"
        wait_for(
            lambda: self.is_told(talk, person, client_id), ANSWERED_WITHIN_S, f"an answer to {client_id}"
        )

    def is_told(self, talk: Talk, person: Person, client_id: str) -> bool:
        request = person.post(
            f"/chat/rooms/{talk.room}/messages", clientId=client_id, body=f"This is {client_id}"
        )
        try:
            answer = requests.post(
                self.shop.url + request.path, request.body, headers=request.headers, timeout=5
            )
        except requests.RequestException:
            self.repeats += 1
            return False
        assert answer.status_code in (200, 429, 500, 502, 503), answer.text
        if answer.status_code != 200:
            return False
        self.acknowledged[talk.room].append((answer.json()["seq"], client_id))
        return True


@pytest.fixture
def talking_shop():
    talks: list[Talk] = []

    def seed() -> None:
        from flask import current_app

        talks.extend(hold_talks(current_app._get_current_object(), TALKS))  # type: ignore[attr-defined]

    with open_shop(seed=seed) as shop:
        yield shop, talks


def read_log(talk: Talk, shop: Shop) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    while True:
        url = f"{shop.url}/chat/rooms/{talk.room}/events?after={events[-1]['seq'] if events else 0}"
        found = requests.get(url, headers=talk.agent.headers(), timeout=10).json()
        events += found["events"]
        if not found["events"]:
            return events


def break_things(shop: Shop, followers: list[RoomFollower], until: Callable[[], bool]) -> list[str]:
    dice, broken = random.Random(SEED), []
    for _ in range(KILLS):
        if until():
            break
        time.sleep(dice.uniform(0.5, 2))
        for follower in dice.sample(followers, 20):
            follower.hang_up()
        victim = dice.choice(["web", "live", "clock", "redis"])
        shop.kill(victim)
        broken.append(victim)
        time.sleep(dice.uniform(0, 1))
        shop.start(victim)
    return broken


def test_nothing_is_lost_doubled_or_out_of_order(talking_shop: tuple[Shop, list[Talk]]) -> None:
    shop, talks = talking_shop
    followers = [RoomFollower(shop, talk, person) for talk in talks for person in (talk.shopper, talk.agent)]
    crowd = Crowd(list(followers))
    crowd.start()
    wait_until_subscribed(crowd.followers, 60)
    senders = [Sender(shop, talks[number::SENDERS]) for number in range(SENDERS)]
    for sender in senders:
        sender.start()

    broken = break_things(shop, followers, lambda: not any(sender.is_alive() for sender in senders))
    for sender in senders:
        sender.join(600)
    assert [sender.failure for sender in senders] == [None] * SENDERS
    shop.wait_until_ready()
    assert len(set(broken)) == 4

    logs = {talk.room: read_log(talk, shop) for talk in talks}
    for sender in senders:
        for room, acknowledged in sender.acknowledged.items():
            check_room(logs[room], acknowledged)
    heads = {room: log[-1]["seq"] for room, log in logs.items()}
    wait_for(lambda: not list_behind(followers, heads), 60, "all pages to show everything")
    crowd.is_over.set()
    crowd.join(10)
    for follower in followers:
        log = logs[follower.channel.removeprefix("room:")]
        told = {event["seq"]: event["data"].get("message", {}).get("clientId", "") for event in log}
        assert follower.shown == told


def list_behind(followers: list[RoomFollower], heads: dict[str, int]) -> list[str]:
    return [
        follower.channel
        for follower in followers
        if follower.complete_up_to != heads[follower.channel.removeprefix("room:")]
    ]


def check_room(log: list[dict[str, Any]], acknowledged: list[tuple[int, str]]) -> None:
    """All that was acknowledged is there under its number, in the order it was acknowledged, once."""
    seqs = [event["seq"] for event in log]
    assert seqs == list(range(1, len(seqs) + 1))
    stored = {
        event["seq"]: event["data"]["message"]["clientId"]
        for event in log
        if event["type"] == "message" and event["data"]["message"]["clientId"].startswith("chaos-")
    }
    assert acknowledged == sorted(acknowledged)
    assert dict(acknowledged) == stored
    assert len(set(stored.values())) == len(stored) == MESSAGES
