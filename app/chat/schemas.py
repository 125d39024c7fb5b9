"""What programs send to the chat's rooms and get from them."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.inventory.schemas import Sku

ClientId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
# `ext:` goes before it.
OwnerId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:@-]{1,64}$")]
# No id is larger; SQLite raises for a number that no column holds.
DepartmentId = Annotated[int, Field(ge=1, lt=2**31)]
Kind = Literal["support", "sales", "order", "group", "internal"]
Stream = Literal["p", "i"]
Status = Literal[
    "offline", "queued", "assigned", "open", "waiting", "on_hold", "abandoned", "resolved", "closed"
]


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class MessageIn(Asked):
    """`clientId` is made once for each message that is meant: sent again with the same id it is stored once.

    `stream` is p for all in the room, i for the staff's notes. A program that opened the room for a shopper says with
    `ownerId` that these are the shopper's words; without it they are the staff's.
    """

    clientId: ClientId
    body: str
    stream: Stream = "p"
    ownerId: OwnerId | None = None


class FileOut(BaseModel):
    """Its bytes are at /chat/files/<id> once its state is clean; `reason` says why it was rejected."""

    id: str
    name: str
    type: str
    size: int
    state: Literal["staged", "scanning", "clean", "rejected"]
    reason: str


class FileLink(FileOut):
    """`path` is null until the file is clean; whoever fetches it must be in the room."""

    path: str | None
    thumbnailPath: str | None


class MessageOut(BaseModel):
    """One message. `redacted`: its words were taken away, its number stays."""

    seq: int
    stream: Stream
    clientId: str
    sender: str
    name: str
    side: Literal["shopper", "agent", "system"]
    kind: Literal["text", "file", "card", "hold", "order", "system"]
    body: str
    payload: dict[str, Any]
    createdAt: datetime
    redacted: bool
    file: FileOut | None = None


class Posted(MessageOut):
    """`duplicate`: it was stored before, by the same clientId."""

    duplicate: bool


class CardIn(Asked):
    clientId: ClientId
    sku: Sku


class KeepIn(Asked):
    """How many of what are kept for the shopper, and for how many minutes."""

    clientId: ClientId
    sku: Sku
    quantity: int
    minutes: int


class HoldOut(BaseModel):
    id: str
    sku: str
    quantity: int
    state: Literal["held", "taken", "released", "expired"]
    expiresAt: datetime


class MessagePage(BaseModel):
    """Oldest first. Ask for the page before with `before`, for the page after with `after`; null when there is none."""

    items: list[MessageOut]
    before: int | None
    after: int | None


class Event(BaseModel):
    """One entry of a room's log: message, change, redact, status or assign."""

    seq: int
    type: Literal["message", "change", "redact", "status", "assign"]
    at: datetime
    data: dict[str, Any]
    message: MessageOut | None


class EventPage(BaseModel):
    """What came after a number. There is more while the last `seq` is below `head`; `reset` when some of it is gone."""

    items: list[Event]
    head: int
    reset: bool


class ReadMark(Asked):
    seq: Annotated[int, Field(ge=0, le=2**53)]
    stream: Stream = "p"


class ReadAnswer(BaseModel):
    moved: bool


class RoomIn(Asked):
    """A conversation with the desk, or with `kind` group or internal a room with members.

    A program says with `ownerId` for whom. A first message puts the room into the queue.
    """

    kind: Kind = "support"
    ownerId: OwnerId | None = None
    name: Annotated[str, Field(max_length=80)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    subject: Annotated[str, Field(max_length=120)] = ""
    page: Annotated[str, Field(max_length=300)] = ""
    departmentId: DepartmentId | None = None
    orderNumber: Annotated[str, Field(max_length=20)] | None = None
    message: MessageIn | None = None

    @model_validator(mode="after")
    def check_order(self) -> Self:
        if (self.kind == "order") != (self.orderNumber is not None):
            raise ValueError("Send orderNumber for a room of the kind order, and for no other")
        return self


class ParticipantOut(BaseModel):
    actor: str
    name: str
    role: Literal["shopper", "agent", "member", "owner"]
    joinedAt: datetime
    read: int


class RoomOut(BaseModel):
    """`head` is the newest number of its public log, `firstSeq` the oldest that is still stored."""

    id: str
    kind: Kind
    status: Status
    subject: str
    name: str
    departmentId: int | None
    assignee: str | None
    head: int
    firstSeq: int
    openedAt: datetime
    queuedAt: datetime | None
    assignedAt: datetime | None
    resolvedAt: datetime | None
    reopenCount: int
    legalHold: bool


class RoomDetail(RoomOut):
    participants: list[ParticipantOut]


class RoomPage(BaseModel):
    """The newest first. Ask for the next page with `before`; null when this is the last."""

    items: list[RoomOut]
    before: str | None


class ParticipantIn(Asked):
    """Somebody to bring into a group or an internal room: the subject of an account, such as user:ab12cd34ef56."""

    actor: Annotated[str, Field(pattern=r"^user:[0-9a-f]{12}$")]
