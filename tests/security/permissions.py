"""The permission matrix as `permissions.txt` has it, and asking the shop what it says in truth."""

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.security.furnished import Furnished

TABLE = Path(__file__).with_name("permissions.txt")
PEOPLE = ("guest", "bob", "ada", "agent", "staff", "admin")
ANSWERS = {"+": "in", "l": "login", "-": "403", "0": "404", "u": "401"}
# A thing that there is not: who may ask for it hears so.
NOTHING = "{nothing}"
addresses = itertools.count(1)


@dataclass(frozen=True)
class Line:
    """One way to ask. `people` has what each of them hears; `scope` opens it to programs, "" to none."""

    method: str
    path: str
    body: Any
    people: dict[str, str]
    scope: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Caller:
    """Somebody with a browser, or a program; `headers` are what makes them who they are."""

    name: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_signed_in(self) -> bool:
        return "sid=" in self.headers.get("Cookie", "")


def read_table() -> list[Line]:
    lines, people, scope = [], {}, ""
    for text in TABLE.read_text().splitlines():
        if not text or text.startswith("#"):
            continue
        if text.startswith("="):
            *marks, last = text[1:].split()
            scope = "" if last in ANSWERS else last
            marks = marks if scope else [*marks, last]
            people = dict(zip(PEOPLE, (ANSWERS[mark] for mark in marks), strict=True))
        else:
            method, path, body = (*text.split(" ", 2), "")[:3]
            lines.append(Line(method, path, json.loads(body) if body else None, people, scope))
    return lines


def browsers(shop: Furnished) -> Iterator[Caller]:
    for name in PEOPLE:
        cookies = {each.key: each.value for each in shop.clients[name]._cookies.values()}
        cookie = "; ".join(f"{key}={value}" for key, value in cookies.items())
        yield Caller(name, {"Cookie": cookie, "X-CSRFToken": shop.csrf[name]})


def programs(shop: Furnished, scope: str) -> Iterator[tuple[Caller, bool]]:
    """Each with whether it may: the one with this scope alone may, the one with all others may not."""
    if scope:
        yield program(shop, scope), True
        yield program(shop, f"not {scope}"), False
    else:
        yield program(shop, "all"), False


def program(shop: Furnished, name: str) -> Caller:
    return Caller(f"program with {name}", {"Authorization": f"Bearer {shop.tokens[name]}"})


def ask(shop: Furnished, line: Line, caller: Caller, **more_headers: str) -> TestResponse:
    """Each time from another address, so that no limit for one address is met."""
    number = next(addresses)
    given: dict[str, Any] = {}
    if line.method not in ("GET", "HEAD"):
        filled = fill_in(line.body, shop.things) if line.body else {}
        given = (
            {"json": filled}
            if line.path.startswith(("/api/", "/live/"))
            else {"data": {"key": f"key-{number}"}}
        )
    return shop.app.test_client(use_cookies=False).open(
        fill_in(line.path, shop.things),
        method=line.method,
        headers={**caller.headers, **more_headers},
        environ_base={"REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"},
        buffered=True,
        **given,
    )


def fill_in(value: Any, things: dict[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: things[found[1]], value)
    if isinstance(value, dict):
        return {name: fill_in(each, things) for name, each in value.items()}
    return [fill_in(each, things) for each in value] if isinstance(value, list) else value


def outcome(line: Line, answer: TestResponse) -> str:
    """`in` for whoever got past all guards, whatever the shop then said of an empty form."""
    if answer.status_code == 303 and answer.headers["Location"].startswith("/login?next="):
        return "login"
    if answer.status_code == 404 and NOTHING in line.path:
        return "in"
    if answer.status_code in (400, 401, 403, 404, 405, 429) or answer.status_code >= 500:
        return str(answer.status_code)
    return "in"


def unnamed_routes(app: Flask, things: dict[str, str]) -> list[str]:
    urls = app.url_map.bind("localhost")
    named = set()
    for line in read_table():
        if line.method != "LISTEN":
            path = fill_in(line.path, things).partition("?")[0]
            named.add(f"{line.method} {urls.match(path, line.method, return_rule=True)[0]}")
    routes = {
        f"{method} {rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    return sorted(routes - named)
