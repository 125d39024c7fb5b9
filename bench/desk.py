"""The desk: how long opening, claiming, transferring and resolving take, and how soon a free slot has the next one."""

import json
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from flask import Flask

from app.core.database import db, transaction
from bench import audience, databases, frames, parlour
from bench.parlour import Person
from bench.percentiles import summarise
from bench.processes import pin
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Broken, Shop
from bench.update import OTHER_CORES, WEB_CORES

ROOMS = 60
# As many tokens as fit into one frame.
WAITING = 40
RUNS = 3
PLENTY = 10_000
SEEN_WITHIN_S = 10.0
OPERATIONS = ("open", "claim", "transfer", "resolve")
LIMITS = {"p95 ms": Limit(30)}
ASSIGNED = {"p95 ms": Limit(1000), "missing": NONE}
API = "/api/realtime/chat/rooms"


class Desk:
    """The API as a program uses it, one call upon the other."""

    def __init__(self, shop: Shop):
        token = shop.run("token", "bench-desk", "--scope", "chat:read", "--scope", "chat:write")
        self._url = f"http://127.0.0.1:{shop.port}{API}"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    def open(self, owner: str) -> str:
        message = {"clientId": "bench-first", "body": "Is the large one back?"}
        return str(self.post("", ownerId=owner, name="Ada", message=message)["id"])

    def wait_until_assigned(self, room: str) -> None:
        deadline = time.monotonic() + SEEN_WITHIN_S
        while self._session.get(f"{self._url}/{room}", timeout=10).json()["status"] != "assigned":
            if time.monotonic() > deadline:
                raise Broken("no agent got the first in the queue")
            time.sleep(0.05)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self._session.post(self._url + path, json=body, timeout=10)
        if not answer.ok:
            raise Broken(f"{path}: {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found


def measure(shop: Shop, _seconds: float | None) -> list[Measure]:
    pin(os.getpid(), OTHER_CORES)
    measures: list[Measure] = []
    for name, database in databases.BOTH.items():
        for rig, by_itself in ((measure_operations, "false"), (measure_assignments, "true")):
            with database(shop.folder) as url:
                variables = {"DATABASE_URL": url, "SECRET_KEY": databases.SECRET_KEY}
                with Shop(**shop.variables_of_rig, **variables, CHAT_AUTO_ASSIGN_AGENTS=by_itself) as own:
                    own.start_all(WEB_CORES, OTHER_CORES)
                    with databases.open_app(own, url) as app:
                        measures += rig(own, app, name)
                    shop.commands |= {f"{name} {key}": command for key, command in own.commands.items()}
    return measures


def measure_operations(shop: Shop, app: Flask, name: str) -> list[Measure]:
    desk = Desk(shop)
    first, second = (make_agent_with(app, PLENTY) for _ in range(2))
    with at_console(shop, first), at_console(shop, second):
        runs = [run_operations(desk, first, second, number) for number in range(RUNS)]
    return [
        Measure(f"{operation} a room, {name}", LIMITS, [run[operation] for run in runs])
        for operation in OPERATIONS
    ]


def measure_assignments(shop: Shop, app: Flask, name: str) -> list[Measure]:
    desk, agent = Desk(shop), make_agent_with(app, 1)
    with at_console(shop, agent):
        runs = [run_assignments(shop, desk, agent, number) for number in range(RUNS)]
    return [Measure(f"free slot to assigned, {name}", ASSIGNED, runs)]


@contextmanager
def at_console(shop: Shop, agent: Person) -> Iterator[None]:
    """An open console, without which nobody is there."""
    sock = audience.open_socket(shop.live_port, ["agents"], False, agent.rights("agents"))
    sock.setblocking(True)
    listening = threading.Thread(target=lambda: deque(hear(sock), maxlen=0), daemon=True)
    listening.start()
    try:
        yield
    finally:
        sock.shutdown(socket.SHUT_RDWR)
        listening.join()
        sock.close()


def make_agent_with(app: Flask, capacity: int) -> Person:
    person = parlour.make_agent(app)
    with transaction():
        db.session.add(parlour.make_seat(person, capacity))
    return person


def run_operations(desk: Desk, first: Person, second: Person, number: int) -> dict[str, Run]:
    took: dict[str, list[float]] = {operation: [] for operation in OPERATIONS}
    for turn in range(ROOMS):
        begun = time.perf_counter()
        room = desk.open(f"ops-{number}-{turn}")
        took["open"].append((time.perf_counter() - begun) * 1000)
        steps = {
            "claim": {"agent": first.actor.subject},
            "transfer": {"agent": second.actor.subject, "note": "Yours"},
            "resolve": {},
        }
        for step, body in steps.items():
            begun = time.perf_counter()
            desk.post(f"/{room}/{step}", **body)
            took[step].append((time.perf_counter() - begun) * 1000)
    return {operation: Run(summarise(found), {"latencies_ms": found}) for operation, found in took.items()}


def run_assignments(shop: Shop, desk: Desk, agent: Person, number: int) -> Run:
    """One agent with one slot: each conversation that is resolved lets the next one in."""
    rooms = [desk.open(f"slot-{number}-{turn}") for turn in range(WAITING)]
    channels = [f"room:{room}" for room in rooms]
    sock = audience.open_socket(shop.live_port, channels, False, agent.rights(*channels))
    sock.settimeout(SEEN_WITHIN_S)
    took: list[float] = []
    try:
        news, current = hear_assignments(sock), rooms[0]
        desk.wait_until_assigned(current)
        for _ in range(WAITING - 1):
            begun = time.perf_counter()
            desk.post(f"/{current}/resolve")
            current = next(news)
            took.append((time.perf_counter() - begun) * 1000)
        desk.post(f"/{current}/resolve")
    except (TimeoutError, StopIteration):
        pass  # what did not come is missing
    finally:
        sock.close()
    return Run({**summarise(took), "missing": float(WAITING - 1 - len(took))}, {"latencies_ms": took})


def hear_assignments(sock: socket.socket) -> Iterator[str]:
    """The rooms that get an agent, as they are told."""
    for frame in hear(sock):
        if frame.get("event") == "assign" and frame["data"].get("assignee"):
            yield frame["data"]["room"]


def hear(sock: socket.socket) -> Iterator[dict[str, Any]]:
    """What the server says, until it is over. Raises TimeoutError where the socket has a timeout."""
    reader = frames.Reader()
    while data := sock.recv(audience.RECEIVE_BYTES):
        for opcode, payload in reader.feed(data):
            if opcode == frames.PING:
                sock.sendall(frames.client_frame(frames.PONG, payload))
            elif opcode == frames.TEXT:
                yield json.loads(payload)
