"""The whole cluster behind nginx, restarted node by node under load: no request, no message and no event is lost."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from bench.parlour import Talk, hold_talks
from deploy.cluster import proxy
from deploy.local.refusal import Refusal
from tests.deploy.test_failover import Listener
from tests.faults.guests import inside
from tests.faults.test_chat_chaos import RoomFollower, list_behind, read_log
from tests.support.cluster import Cluster, open_cluster
from tests.support.followers import Crowd, wait_until_subscribed
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(900)]

INVENTORY = "/api/realtime/inventory"
SKU = "test-product"
LISTENERS = 20
TALKS = 8
# Far longer than it takes, so that a node which does not come back is what fails, not the machine.
RESTART_S = 400
PAGES = ("/", "/search?q=bowl", f"{INVENTORY}?productId={SKU}", "/api/health")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    try:
        proxy.find_binary()
    except Refusal as missing:
        pytest.skip(str(missing))
    with open_cluster() as cluster:
        yield cluster


class Load(threading.Thread):
    """Does one thing again and again, each time on a new connection and without trying twice."""

    def __init__(self, ask: Callable[[int], requests.Response], pause: float):
        super().__init__(daemon=True)
        self.ask = ask
        self.pause = pause
        self.is_over = threading.Event()
        self.done: list[int] = []
        self.failures: list[str] = []

    def run(self) -> None:
        number = 0
        while not self.is_over.wait(self.pause):
            number += 1
            try:
                answer = self.ask(number)
            except requests.RequestException as error:
                self.failures.append(f"{time.strftime('%X')} {number}: {error!r}")
                continue
            if answer.status_code == 200:
                self.done.append(number)
            else:
                self.failures.append(
                    f"{time.strftime('%X')} {number}: {answer.status_code} {answer.text[:80]!r}"
                )


class Visitors:
    """Everything that goes on in the shop meanwhile."""

    def __init__(self, cluster: Cluster, token: str, talks: list[Talk]):
        self.cluster = cluster
        self.headers = {"Authorization": f"Bearer {token}"}
        self.talks = talks
        self.readers = [Load(self.read, 0.15), Load(self.read, 0.15)]
        self.writer = Load(self.write, 0.1)
        self.speaker = Load(self.publish, 0.1)
        self.chatters = [Load(self.chat_in(talk), 1.5) for talk in talks]
        self.all = [*self.readers, self.writer, self.speaker, *self.chatters]

    def read(self, number: int) -> requests.Response:
        return requests.get(self.cluster.url + PAGES[number % len(PAGES)], headers=self.headers, timeout=30)

    def write(self, number: int) -> requests.Response:
        body = {"productId": SKU, "quantity": 1, "operation": "add", "reason": f"change {number}"}
        headers = {**self.headers, "Idempotency-Key": f"rolling-{number}"}
        return requests.post(self.cluster.url + INVENTORY, json=body, headers=headers, timeout=30)

    def publish(self, number: int) -> requests.Response:
        data = {"type": "count", "payload": {"number": number}}
        body = {"type": "broadcast", "data": data, "targetChannel": "shop"}
        url = f"{self.cluster.url}/api/realtime/websocket"
        return requests.post(url, json=body, headers=self.headers, timeout=30)

    def chat_in(self, talk: Talk) -> Callable[[int], requests.Response]:
        def say(number: int) -> requests.Response:
            person = talk.agent if number % 2 else talk.shopper
            client_id = f"chaos-{number:04}"
            request = person.post(
                f"/chat/rooms/{talk.room}/messages", clientId=client_id, body=f"This is {client_id}"
            )
            url = self.cluster.url + request.path
            return requests.post(url, request.body, headers=request.headers, timeout=30)

        return say

    def stop(self) -> None:
        for load in self.all:
            load.is_over.set()
        for load in self.all:
            load.join(40)

    @property
    def failures(self) -> list[str]:
        return [failure for load in self.all for failure in load.failures]


def prepare(cluster: Cluster) -> tuple[str, list[Talk]]:
    with inside(cluster) as app:  # type: ignore[arg-type]
        from app.security.tokens import create_token

        return create_token("rolling", ["inventory:read", "inventory:write", "realtime:publish"]), hold_talks(
            app, TALKS
        )


def on_hand(cluster: Cluster, headers: dict[str, str]) -> int:
    found: dict[str, Any] = requests.get(
        f"{cluster.url}{INVENTORY}?productId={SKU}", headers=headers, timeout=30
    ).json()
    return int(found["onHand"])


def test_a_rolling_restart_loses_no_request_no_message_and_no_event(cluster: Cluster) -> None:
    token, talks = prepare(cluster)
    visitors = Visitors(cluster, token, talks)
    had = on_hand(cluster, visitors.headers)
    listeners = [Listener(cluster) for _ in range(LISTENERS)]  # type: ignore[arg-type]
    rooms = [RoomFollower(cluster, talk, person) for talk in talks for person in (talk.shopper, talk.agent)]  # type: ignore[arg-type]
    crowd = Crowd([*listeners, *rooms])
    crowd.start()
    wait_until_subscribed(crowd.followers, 60)
    for load in visitors.all:
        load.start()
    wait_for(lambda: len(visitors.writer.done) > 10 and visitors.speaker.done, 60, "load")

    restart = cluster.start_rolling_restart()
    said, _ = restart.communicate(timeout=RESTART_S)
    print(f"\n{said}")
    assert restart.returncode == 0, said
    visitors.stop()

    print({load.ask.__name__: len(load.done) for load in visitors.all})
    assert visitors.failures == [], "\n".join(visitors.failures[:20])
    assert on_hand(cluster, visitors.headers) == had + len(visitors.writer.done)
    logs = {talk.room: read_log(talk, cluster) for talk in talks}  # type: ignore[arg-type]
    for talk, load in zip(talks, visitors.chatters, strict=True):
        assert spoken(logs[talk.room]) == [f"chaos-{number:04}" for number in load.done]
    heads = {room: log[-1]["seq"] for room, log in logs.items()}
    wait_for(lambda: not list_behind(rooms, heads), 60, "all pages to show everything that was said")
    told = set(visitors.speaker.done)
    wait_for(lambda: all(listener.heard >= told for listener in listeners), 30, "all to have heard all")
    crowd.is_over.set()
    crowd.join(10)
    assert [listener.breaks for listener in listeners] == [[]] * LISTENERS
    assert [len(listener.runs) for listener in listeners] == [1] * LISTENERS, "somebody was told to fetch"
    assert all(1012 in listener.closed_with for listener in listeners)
    assert [answer for answer in cluster.answers() if answer[2] >= "500"] == []


def spoken(log: list[dict[str, Any]]) -> list[str]:
    ids = [event["data"]["message"]["clientId"] for event in log if event["type"] == "message"]
    return [client_id for client_id in ids if client_id.startswith("chaos-")]


def test_what_a_visitor_claims_of_itself_ends_at_nginx(cluster: Cluster) -> None:
    """Behind it the shop sees the visitor's own address, and its host is the one that was asked for."""
    claims = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "for=6.6.6.6;host=evil.example",
    }

    page = requests.get(cluster.url, headers=claims, timeout=30)

    assert page.status_code == 200
    assert "evil.example" not in page.text
    assert "strict-transport-security" not in {name.lower() for name in page.headers}


def test_files_that_never_change_come_from_nginx(cluster: Cluster) -> None:
    page = requests.get(cluster.url, timeout=30).text
    path = page.partition('href="/static/')[2].partition('"')[0]

    answers = [requests.get(f"{cluster.url}/static/{path}", timeout=30) for _ in range(2)]

    assert {answer.headers["Cache-Control"] for answer in answers} == {"public, max-age=31536000, immutable"}
    assert list((cluster.folder / "nginx" / "cache").rglob("*"))


def test_with_tls_pages_are_served_and_ctrl_c_ends_everything_that_was_started() -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    with open_cluster("--tls") as cluster:
        page = requests.get(cluster.url, verify=str(cluster.folder / "nginx" / "certificate.pem"), timeout=30)
        assert page.status_code == 200
        assert "max-age" in page.headers["Strict-Transport-Security"]
        assert f"wss://localhost:{cluster.port}/ws" in page.text + page.headers["Content-Security-Policy"]

        cluster.stop()

        assert cluster.has_said("Stopped.")
        assert wait_for(lambda: cluster.left_behind() == {}, 20, json.dumps(cluster.left_behind()))
