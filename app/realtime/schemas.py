"""The realtime API's requests and answers."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

LARGEST_PAYLOAD = 16 * 1024


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
    targetUser: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None

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


class SocketProcess(BaseModel):
    model_config = ConfigDict(extra="allow")


class SocketStatus(BaseModel):
    status: Literal["up", "down"]
    url: str
    connections: int
    users: int
    channels: int
    messagesIn: int
    messagesOut: int
    bytesOut: int
    rateIn: float
    rateOut: float
    evicted: int
    p50: float | None
    p95: float | None
    p99: float | None
    processes: list[SocketProcess]
