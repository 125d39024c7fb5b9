"""What a client may say, checked before anything acts on it."""

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

TYPES = ("subscribe", "recover", "unsubscribe", "renew", "ping", "typing")
STATES = ("start", "stop")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
LONGEST_ID = 64
LONGEST_NAME = 128
LONGEST_TICKET = 128
LARGEST_NUMBER = 2**53


@dataclass(frozen=True, slots=True)
class Since:
    """What a client has already: a version of a state channel, or an offset within an epoch of an event
    channel.
    """

    version: int | None = None
    offset: int | None = None
    epoch: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """One channel of a request."""

    name: str
    since: Since | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One client frame."""

    type: str
    id: int | str | None = None
    channels: tuple[Wanted, ...] = ()
    token: str | None = None
    lang: str | None = None
    ticket: str | None = None
    state: str | None = None


class BadFrame(Exception):
    """A frame that cannot be acted on; `code` and `id` go into the error that answers it."""

    def __init__(self, code: str, message: str, id: int | str | None = None):
        super().__init__(message)
        self.code = code
        self.id = id


def parse(text: str) -> Request:
    """Raises BadFrame, and nothing else, for whatever a client may send."""
    try:
        body = decode_json(text)
    except (ValueError, RecursionError):
        raise BadFrame("bad_request", "not JSON") from None
    if not isinstance(body, dict):
        raise BadFrame("bad_request", "a frame is an object")
    id = read_id(body.get("id"))
    try:
        return read_request(body, id)
    except BadFrame as error:
        error.id = id
        raise


def refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# Made once: json.loads makes a decoder anew for each call that names a hook.
decode_json = json.JSONDecoder(parse_constant=refuse_constant).decode


def read_id(value: Any) -> int | str | None:
    if isinstance(value, bool) or not isinstance(value, int | str | None):
        raise BadFrame("bad_request", "id is a number or a text")
    if (
        isinstance(value, int)
        and abs(value) > LARGEST_NUMBER
        or isinstance(value, str)
        and len(value) > LONGEST_ID
    ):
        raise BadFrame("bad_request", "id is too long")
    return value


def read_request(body: dict[str, Any], id: int | str | None) -> Request:
    kind = body.get("type")
    if kind not in TYPES:
        raise BadFrame("unknown_type", f"type is one of {', '.join(TYPES)}")
    if kind == "ping":
        return Request(kind, id)
    if kind == "renew":
        return Request(kind, id, ticket=read_ticket(body))
    if kind == "typing":
        return Request(kind, id, (read_wanted(body),), state=read_state(body))
    lang = read_text(body, "lang")
    if lang is not None and not LANGUAGE.fullmatch(lang):
        raise BadFrame("bad_request", "lang looks like en or de-AT")
    return Request(kind, id, read_channels(body), read_text(body, "token"), lang)


def read_ticket(body: dict[str, Any]) -> str:
    ticket = read_text(body, "ticket")
    if not ticket or len(ticket) > LONGEST_TICKET:
        raise BadFrame("bad_request", "ticket is missing or too long")
    return ticket


def read_state(body: dict[str, Any]) -> str:
    state = read_text(body, "state")
    if state not in STATES:
        raise BadFrame("bad_request", f"state is one of {', '.join(STATES)}")
    return state


def read_channels(body: dict[str, Any]) -> tuple[Wanted, ...]:
    """The single form names its channel beside `type`; its token is the connection's and the channel's at
    once.
    """
    many = body.get("channels")
    if many is None:
        return (read_wanted(body),)
    if not isinstance(many, list) or not many:
        raise BadFrame("bad_request", "channels is a list")
    wanted = [Wanted(item) if isinstance(item, str) else read_wanted(item) for item in many]
    # The last one of a name counts, as with keys of an object.
    return tuple({item.name: item for item in wanted}.values())


def read_wanted(item: Any) -> Wanted:
    if not isinstance(item, dict):
        raise BadFrame("bad_request", "a channel is an object")
    name = read_text(item, "channel")
    if not name or len(name) > LONGEST_NAME:
        raise BadFrame("bad_request", "channel is missing or too long")
    return Wanted(name, read_since(item.get("since")), read_text(item, "token"))


def read_since(value: Any) -> Since | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise BadFrame("bad_request", "since is an object")
    epoch = read_text(value, "epoch")
    return Since(read_count(value, "version"), read_count(value, "offset"), epoch)


def read_count(item: dict[str, Any], name: str) -> int | None:
    value = item.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_NUMBER:
        raise BadFrame("bad_request", f"{name} is a whole number")
    return value


def read_text(item: dict[str, Any], name: str) -> str | None:
    value = item.get(name)
    if value is not None and not isinstance(value, str):
        raise BadFrame("bad_request", f"{name} is a text")
    return value
