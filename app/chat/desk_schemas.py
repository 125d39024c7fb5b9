"""What programs send to the desk and get from it: agents, the queue, assignments, figures."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from app.chat.desk.agents import MOST_CAPACITY
from app.chat.schemas import Asked, DepartmentId, OwnerId

Note = Annotated[str, Field(min_length=1, max_length=500)]
Subject = Annotated[str, Field(max_length=80)]


class AgentOut(BaseModel):
    """`status` is what the agent chose, `presence` what others may count on: without a connection it is offline."""

    agent: str
    name: str
    status: Literal["online", "away", "offline"]
    presence: Literal["available", "away", "offline"]
    capacity: int
    open: int
    departments: list[int]


class AgentList(BaseModel):
    items: list[AgentOut]


class AgentChange(Asked):
    """What is left out stays as it is."""

    status: Literal["online", "away", "offline"] | None = None
    capacity: Annotated[int, Field(ge=0, le=MOST_CAPACITY)] | None = None
    departments: Annotated[list[DepartmentId], Field(max_length=100)] | None = None


class Waiting(BaseModel):
    """`band` is how urgent it is by now, 3 the most; `position` counts from 1 within its department."""

    room: str
    departmentId: int | None
    queuedAt: datetime
    band: int
    position: int


class Queue(BaseModel):
    """The next one first."""

    items: list[Waiting]


class Claim(Asked):
    """Without `agent` the caller takes it; a program says who."""

    agent: Subject | None = None


class Transfer(Asked):
    """To an agent or to a department; the note is for whoever takes over."""

    agent: Subject | None = None
    departmentId: DepartmentId | None = None
    note: Note

    @model_validator(mode="after")
    def check_one(self) -> Self:
        if (self.agent is None) == (self.departmentId is None):
            raise ValueError("Send agent or departmentId")
        return self


class HoldFor(Asked):
    """What is waited for: restock:<SKU> or order:<number>."""

    event: Annotated[str, Field(min_length=1, max_length=120)]


class RatingIn(Asked):
    """1 is bad, 5 is good. A program that opened the conversation for a shopper says for whom it rates."""

    score: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[str, Field(max_length=500)] = ""
    ownerId: OwnerId | None = None


class RatingOut(BaseModel):
    room: str
    score: int
    comment: str


class Transcript(BaseModel):
    """One line for each message, in the shop's own time."""

    room: str
    title: str
    lines: list[str]


class Reply(BaseModel):
    id: int
    shortcut: str
    body: str


class Replies(BaseModel):
    items: list[Reply]


class Span(BaseModel):
    """A duration in milliseconds; null when there was none."""

    median: int | None
    p90: int | None
    n: int


class Figures(BaseModel):
    """Shares are between 0 and 1, and null when there is nothing to share. Utilisation and occupancy are of all kinds."""

    conversations: int
    messages: dict[str, int]
    abandoned: int
    reopened: int
    transfers: int
    ratings: dict[str, int]
    durations: dict[str, Span]
    abandonmentRate: float | None
    reopenRate: float | None
    serviceLevel: float | None
    satisfaction: float | None
    utilisation: float | None
    occupancy: float | None


class DayFigures(BaseModel):
    day: date
    figures: Figures


class Analytics(BaseModel):
    first: date
    last: date
    kind: str | None
    whole: Figures
    hours: list[int]
    days: list[DayFigures]
