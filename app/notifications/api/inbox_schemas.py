"""What programs are told of notifications and choices, and what they send."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.core.clock import from_ms
from app.notifications.choices.quiet import Quiet
from app.notifications.choices.table import Row
from app.notifications.models import Notification

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Time = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Channel = Literal["page", "push", "email"]


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Action(BaseModel):
    action: str
    title: str
    url: str


class NotificationOut(BaseModel):
    """`url` is a path of the shop. `about` names what it is about, if anything."""

    id: str
    category: str
    title: str
    body: str
    url: str
    actions: list[Action]
    about: str
    createdAt: datetime
    readAt: datetime | None


class NotificationPage(BaseModel):
    """Newest first. `before` is for the next page; null when this is the last. `unread` counts all, at most 99."""

    items: list[NotificationOut]
    before: str | None
    unread: int


class ReadIn(Asked):
    """`id` of the one that was read; null for all of them."""

    id: Id | None


class ReadOut(BaseModel):
    """`changed` is how many were unread until now."""

    changed: int
    unread: int


class CategoryOut(BaseModel):
    """`channels` are those that there are for it; `fixed` ones are always on."""

    name: str
    title: str
    explanation: str
    channels: dict[Channel, bool]
    fixed: list[Channel]


class QuietHours(Asked):
    """Every day from `start` until `end`, on the clocks of `zone`."""

    start: Time
    end: Time
    zone: str = Field(max_length=60)


class PreferencesOut(BaseModel):
    categories: list[CategoryOut]
    quietHours: QuietHours | None
    pausedUntil: datetime | None


class PreferencesIn(Asked):
    """What is left out stays as it is; null ends quiet hours or a pause. `categories` maps names to channels."""

    categories: dict[str, dict[Channel, bool]] = Field(default_factory=dict)
    quietHours: QuietHours | None = None
    pausedUntil: Annotated[AwareDatetime, Field(strict=False)] | None = None


def notification_out(told: Notification) -> NotificationOut:
    return NotificationOut(
        id=told.public_id,
        category=told.category,
        title=told.title,
        body=told.body,
        url=told.url,
        actions=[Action(**each) for each in told.actions],
        about=told.about,
        createdAt=from_ms(told.created_at),
        readAt=None if told.read_at is None else from_ms(told.read_at),
    )


def preferences_out(rows: list[Row], quiet: Quiet, now: int) -> PreferencesOut:
    paused = quiet.paused_until if (quiet.paused_until or 0) > now else None
    return PreferencesOut(
        categories=[category_out(row) for row in rows],
        quietHours=hours_out(quiet),
        pausedUntil=None if paused is None else from_ms(paused),
    )


def category_out(row: Row) -> CategoryOut:
    cells = [cell for cell in row.cells if cell]
    return CategoryOut(
        name=row.category.name,
        title=row.category.title,
        explanation=row.category.explanation,
        channels={cell.channel: cell.enabled for cell in cells},
        fixed=[cell.channel for cell in cells if cell.fixed],
    )


def hours_out(quiet: Quiet) -> QuietHours | None:
    if quiet.start is None or quiet.end is None:
        return None
    return QuietHours(start=clock(quiet.start), end=clock(quiet.end), zone=quiet.zone)


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
