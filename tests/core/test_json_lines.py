"""One line of JSON for each record, and nothing in it that opens anything."""

import json
import logging
import sys
import time

import pytest

from app.core import request_id
from app.core.json_lines import JsonLines, hide_secrets

TOKEN = "ls_7f3kQ2vXw9ZrT5yB1nM8pL6sD4gH0jKc-Ea_Ui"
CODE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"GET /reset/{TOKEN} failed", TOKEN),
        (f"session {TOKEN}", TOKEN),
        (f"hash {CODE}", CODE),
        ("Error handling request /orders/K-1?token=abc123", "abc123"),
        ("could not connect to postgresql://shop:hunter2@db/shop", "hunter2"),
        ("redis://:hunter2@cache:6379/0", "hunter2"),
        ("POST https://push.example/send/short-key failed", "short-key"),
        ("Authorization: Bearer abc123", "abc123"),
        ("Cookie: sid=abc123; theme=dark", "abc123"),
        ("{'email': 'a@b.example', 'password': 'correct horse'}", "correct horse"),
        ("new_password=hunter2, other=1", "hunter2"),
        ('"csrf_token": "abc123"', "abc123"),
    ],
)
def test_what_opens_something_is_hidden(text, secret):
    assert secret in text
    assert secret not in hide_secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        "outbox event 12 of topic stock_changed failed",
        "app.notifications.mailing.fallback.send_due_mails_of_the_night failed",
        "opened 3f2a9c address 127.0.0.1 user user:31 origin 'http://localhost:3001' code - seconds 0.0",
        "request 0123456789abcdef0123456789abcdef",
        f"audit anchor at=1795457202962 entries=1 hash={CODE}",
        "File /srv/shop/app/core/outbox.py, line 12, in deliver",
    ],
)
def test_what_helps_to_find_a_fault_stays(text):
    assert hide_secrets(text) == text


@pytest.mark.parametrize("text", ["x" * 2_000_000, "a_" * 1_000_000, "token" * 400_000, "://" * 600_000])
def test_however_long_a_line_is_it_costs_next_to_nothing(text):
    begun = time.perf_counter()

    hide_secrets(text)

    assert time.perf_counter() - begun < 1


def line_of(message, *arguments, **extra):
    record = logging.LogRecord("app.tests", logging.INFO, __file__, 1, message, arguments, None)
    record.__dict__.update(extra)
    return JsonLines().format(record)


@pytest.mark.parametrize("sent", ['a\r\n{"level": "error"}', "a\u2028b", "\x1b[31m", "\x00"])
def test_nothing_that_a_client_sends_begins_another_line(sent):
    line = line_of("refused %s", sent)

    assert len(line.splitlines()) == 1
    assert json.loads(line)["message"] == f"refused {sent}"


def test_a_line_tells_when_who_and_for_which_request(app):
    from flask import g

    g.actor = "user:ab12"
    with request_id.carry("0123456789abcdef"):
        line = json.loads(line_of("hello", fields={"route": "/"}))

    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "app.tests",
        "message": "hello",
        "request_id": "0123456789abcdef",
        "actor": "user:ab12",
        "route": "/",
    }


def test_a_trace_is_part_of_its_line_and_has_no_secrets():
    try:
        raise ValueError(f"bad {TOKEN}\nsecond line")
    except ValueError:
        line = line_of("failed", exc_info=sys.exc_info())

    assert len(line.splitlines()) == 1
    assert "ValueError" in json.loads(line)["trace"]
    assert TOKEN not in line
