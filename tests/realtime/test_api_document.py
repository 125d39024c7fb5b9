"""What docs/api.md says is what the code does: somebody writes a client from it alone."""

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from app.realtime.channels import CHANNELS, MOST_CHANNELS, MOST_PRIVATE
from app.realtime.live import history, inbound
from app.realtime.live.history import Snapshot
from app.realtime.live.limits import CHANNEL_RATE, MOST_ROOMS
from app.realtime.live.typists import LEAST_SECONDS, TIMES_MS
from app.realtime.questions import read_questions
from app.realtime.schemas import TokenRequest
from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/api.md").read_text()
LIVE = "\n".join(path.read_text() for path in sorted((ROOT / "app/realtime/live").glob("*.py")))
RECOVERY = (ROOT / "static/js/live/recovery.js").read_text()
CLIENT = (ROOT / "static/js/live/client.js").read_text()
EXAMPLES = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
# On the wire there is neither: 1005 is a close frame without a code, 1006 none at all.
UNSENT = {1005, 1006}


def section(title: str) -> str:
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", TEXT, re.DOTALL | re.MULTILINE)
    assert found, title
    return found.group(1)


def rows(title: str) -> list[list[str]]:
    """The cells of every table of a section, without the heads."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [
        row
        for row, following in zip(cells, [*cells[1:], ["x"]], strict=True)
        if not is_rule(row) and not is_rule(following)
    ]


def is_rule(row: list[str]) -> bool:
    return set("".join(row)) <= set("-| ")


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_json(example: str) -> None:
    assert isinstance(json.loads(example), dict)


def test_every_frame_of_a_client_is_shown_and_understood() -> None:
    titles = ("subscribe", "unsubscribe, renew, ping", "say that somebody types")
    said = "".join(section(title) for title in titles)
    examples = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", said, re.DOTALL)]
    asked = [frame for frame in examples if frame["type"] in inbound.TYPES]

    assert {frame["type"] for frame in asked} | {"recover"} == set(inbound.TYPES)
    for frame in asked:
        assert inbound.parse(json.dumps(frame)).id == frame.get("id")
    assert inbound.parse('{"type": "subscribe", "channel": "shop"}').channels[0].name == "shop"


def test_every_frame_of_the_server_is_named() -> None:
    told = set(re.findall(r'"type": "(\w+)"', LIVE)) - {"test"}

    shown = {json.loads(example).get("type") for example in EXAMPLES}
    assert told <= shown


@pytest.mark.parametrize("mode", ["state", "event"])
def test_the_answer_to_a_subscribe_has_the_fields_that_are_shown(mode: str) -> None:
    channel = next(channel for channel in CHANNELS.values() if channel.mode == mode)
    fields = history.describe(channel, Snapshot("k3f", 0, 1, 1, ()), []).keys()

    answers = [answer for example in EXAMPLES for answer in read_answers(json.loads(example), mode)]
    assert answers, "this test needs an example"
    assert all(answer.keys() == fields for answer in answers)


def read_answers(example: dict, mode: str) -> list[dict]:
    if example.get("type") != "subscribed":
        return []
    return [answer for answer in example["channels"].values() if answer.get("mode") == mode]


def test_the_question_over_http_is_understood() -> None:
    question = json.loads(re.findall(r"```json\n(.*?)```", section("Without a socket"), re.DOTALL)[0])

    questions = read_questions(question)

    assert questions.wanted.keys() == {channel["channel"] for channel in question["channels"]}
    assert not questions.refused


def test_the_table_of_channels_is_that_of_the_code() -> None:
    described, suffixes = {}, set()
    for name, mode, listeners, _ in rows("Channels"):
        kind, *keys = names(name)[0].split(":")
        suffixes |= {(kind, suffix) for suffix in keys[1:]}
        described.setdefault(kind, (mode, bool(keys), listeners))

    assert suffixes == {(kind, suffix) for kind in CHANNELS for suffix in CHANNELS[kind].suffixes}
    assert described.keys() == CHANNELS.keys()
    for kind, (mode, keyed, listeners) in described.items():
        channel = CHANNELS[kind]
        assert (mode, keyed) == (channel.mode, channel.keyed), kind
        assert listeners.startswith("anyone") == channel.public, kind
        assert ("not in production" in listeners) != channel.in_production, kind
        if channel.roles:
            assert tuple(listeners.split(", ")) == channel.roles, kind


def test_the_times_of_typing_are_those_of_the_code() -> None:
    hello = next(json.loads(example) for example in EXAMPLES if '"hello"' in example)
    _, how_much, beyond = next(row for row in rows("Limits") if row[0] == "`typing`")

    assert hello["typing"] == TIMES_MS
    assert (how_much.startswith("one `start` a second"), beyond, LEAST_SECONDS) == (True, "dropped", 1.0)


def test_the_table_of_close_codes_is_that_of_the_code() -> None:
    described = {int(code): what for code, *_, what in rows("Close codes")}
    constants = " ".join(re.findall(r"^[A-Z_, ]+ = ([\d, ]+)$", LIVE, re.MULTILINE))
    sent = {int(code) for code in re.findall(r"\b(10[01]\d|44\d\d)\b", constants)} - UNSENT - {1000}

    assert described.keys() - UNSENT - {1000} == sent
    assert described.keys() >= {1000, 1006}
    coming_back = re.search(r"GOING_AWAY_CODES = \(([\d, ]+)\)", LIVE)
    assert coming_back
    assert {int(code) for code in coming_back.group(1).split(",")} == {
        code for code, what in described.items() if what.startswith("come back") and code != 1006
    }


def test_the_table_of_errors_is_that_of_the_code() -> None:
    told = set(
        re.findall(r'(?:Refusal\(|BadFrame\(|_complain\(connection, |"code": |"error": )"(\w+)"', LIVE)
    )

    assert {names(code)[0] for code, *_ in rows("Errors")} == told


def test_the_limits_are_the_defaults() -> None:
    default = {field: getattr(Settings, field) for field in Settings.__dataclass_fields__}
    limits = {what: how_much for what, how_much, _ in rows("Limits")}

    assert limits["a client's message"] == f"{default['WEBSOCKET_MAX_MESSAGE'] // 1024} KiB"
    rate, burst = default["WEBSOCKET_MESSAGE_RATE"], default["WEBSOCKET_MESSAGE_BURST"]
    assert limits["client messages"] == f"{rate} a second, burst {burst}"
    assert limits["channels of a socket"] == str(default["WEBSOCKET_MAX_CHANNELS"])
    assert limits["presence channels among them"] == str(MOST_ROOMS)
    asked = f"{CHANNEL_RATE} a second, burst {2 * default['WEBSOCKET_MAX_CHANNELS']}"
    assert limits["channels asked for, again or anew"] == asked
    assert limits["sockets of one address"].split()[0] == str(default["WEBSOCKET_MAX_PER_IP"])
    assert limits["sockets of one user"] == str(default["WEBSOCKET_MAX_PER_USER"])
    assert limits["sockets of one process"] == str(default["WEBSOCKET_MAX_CLIENTS"])
    waiting = f"{default['WEBSOCKET_QUEUE_BYTES'] // 1024} KiB or {default['WEBSOCKET_QUEUE_FRAMES']} frames"
    assert limits["waiting for a slow reader"] == waiting


def test_what_the_client_asks_at_once_over_http_is_answered_whole() -> None:
    """Also where all of it is private, as in the agents' console."""
    at_once = re.search(r"CHANNELS_PER_REQUEST = (\d+);", RECOVERY)

    assert at_once and int(at_once.group(1)) == MOST_PRIVATE
    told = f"At most {MOST_CHANNELS} channels a request, {MOST_PRIVATE} of them private"
    assert told in section("Without a socket")
    assert metadata_limit(TokenRequest) == MOST_CHANNELS


def metadata_limit(model: type[BaseModel]) -> int:
    return next(
        rule.max_length for rule in model.model_fields["channels"].metadata if hasattr(rule, "max_length")
    )


def test_every_option_and_method_of_the_javascript_client_is_described() -> None:
    constructor = re.search(r"constructor\(url, \{ (.*?), \.\.\.platform \}\)", CLIENT)
    platform = re.search(r"const \{ (.*?) \} = platform;", CLIENT)
    assert constructor and platform
    options = set(re.findall(r"(?:^|, )(\w+)", f"{constructor.group(1)}, {platform.group(1)}"))
    methods = set(re.findall(r"^  (?:get )?([a-z]\w*)\(", CLIENT, re.MULTILINE)) - {"constructor"}
    described = rows("The JavaScript client")

    assert {name for what, *_ in described for name in names(what)} >= options
    assert {name.partition("(")[0] for what, *_ in described for name in names(what)} >= methods


def test_every_link_leads_somewhere() -> None:
    titles = {
        re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    }

    assert set(re.findall(r"\]\(#([\w-]+)\)", TEXT)) <= titles
