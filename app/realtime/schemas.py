"""The realtime API's requests and answers."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from app.realtime.channels import MOST_CHANNELS

LARGEST_PAYLOAD = 16 * 1024
USER_ID = r"^[A-Za-z0-9_-]{1,64}$"


class Payload(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    payload: dict[str, Any]

    @field_validator("payload")
    @classmethod
    def fits(cls, payload: dict[str, Any]) -> dict[str, Any]:
        """Redis keeps hundreds of them for each channel."""
        if len(json.dumps(payload)) > LARGEST_PAYLOAD:
            raise ValueError(f"at most {LARGEST_PAYLOAD} characters as JSON")
        return payload


class Send(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["broadcast", "send"]
    data: Payload
    targetChannel: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    targetUser: Annotated[str, Field(pattern=USER_ID)] | None = None

    @model_validator(mode="after")
    def has_one_target(self) -> "Send":
        if (self.targetChannel is None) == (self.targetUser is None):
            raise ValueError("name one of targetChannel and targetUser")
        return self


class Sent(BaseModel):
    """`reached` counts sockets; it is null when a socket process did not answer in time."""

    channel: str
    offset: int
    processes: int
    reached: int | None


class TokenRequest(BaseModel):
    """`channels` are private ones that the page listens to besides its own."""

    model_config = ConfigDict(strict=True)

    channels: Annotated[list[Annotated[str, Field(max_length=128)]], Field(max_length=MOST_CHANNELS)] = []


class TicketRequest(BaseModel):
    """`channels` are private ones of the user; all of them when it is left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    userId: Annotated[str, Field(pattern=USER_ID)] | None = None
    channels: (
        Annotated[list[Annotated[str, Field(min_length=1, max_length=80)]], Field(max_length=20)] | None
    ) = None


class Ticket(BaseModel):
    """`url` is the socket's address with the ticket in it."""

    ticket: str
    url: str
    expiresAt: datetime
    channels: list[str]


class SocketProcess(BaseModel):
    model_config = ConfigDict(extra="allow")


class Timing(BaseModel):
    """A histogram since the processes started: how many took up to so many milliseconds, and the sum."""

    buckets: dict[str, int]
    sum: float


class SocketStatus(BaseModel):
    """All socket processes together. `closes` counts by close code, `slow_reader` for sockets that were cut, and `other` for
    codes that clients made up.

    `delivery` is from the change to the write into the socket, `roundTrip` from a ping to its pong; p50 to p99 are
    newest deliveries in ms. `queuedBytes` and `longestQueue` wait for slow readers now.
    """

    status: Literal["up", "down"]
    url: str
    connections: int
    users: int
    channels: int
    messagesIn: int
    bytesIn: int
    messagesOut: int
    bytesOut: int
    typingIn: int
    typingOut: int
    rateIn: float
    rateOut: float
    evicted: int
    closes: dict[str, int]
    recovered: int
    unrecovered: int
    gaps: int
    gapMessages: int
    redisReconnects: int
    queuedBytes: int
    queuedFrames: int
    longestQueue: int
    p50: float | None
    p95: float | None
    p99: float | None
    delivery: Timing
    roundTrip: Timing
    processes: list[SocketProcess]
