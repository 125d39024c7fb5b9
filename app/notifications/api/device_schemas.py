"""What browsers and programs send to subscribe, and what they are told of devices."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.clock import from_ms
from app.notifications.models import Subscription

Status = Literal[
    "active", "gone", "expired", "invalid", "blocked", "replaced", "unsubscribed", "needs_resubscribe"
]
Key = Annotated[str, Field(max_length=100)]


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Keys(Asked):
    p256dh: Key
    auth: Key


class SubscriptionIn(Asked):
    """What `PushSubscription.toJSON()` says, and the key of the shop that it was made with.

    `label` is by default made of the browser's own name.
    """

    endpoint: str = Field(max_length=2048)
    keys: Keys
    expirationTime: float | None = Field(None, ge=0, lt=2**53)
    applicationServerKey: Key
    language: str = Field("en", max_length=35)
    timeZone: str = Field("UTC", max_length=60)
    label: str = Field("", max_length=80)


class NewSubscriptionIn(SubscriptionIn):
    """`wants` names a category to be pushed from now on. `replaceOldest` makes room where there are too many devices."""

    wants: str | None = Field(None, max_length=40)
    replaceOldest: bool = False


class DeviceOut(BaseModel):
    """`seenAt` is when its browser last opened a page, `lastSuccessAt` when a push was last accepted for it."""

    id: str
    label: str
    status: Status
    pushService: str
    language: str
    timeZone: str
    createdAt: datetime
    seenAt: datetime
    lastSuccessAt: datetime | None
    expiresAt: datetime


class Devices(BaseModel):
    items: list[DeviceOut]
    most: int


class PushKey(BaseModel):
    """`key` is for `pushManager.subscribe({applicationServerKey})`. `csrfToken` is for calls that carry a cookie."""

    key: str
    csrfToken: str


class TrialOut(BaseModel):
    id: str
    label: str


def device_out(device: Subscription) -> DeviceOut:
    return DeviceOut(
        id=device.public_id,
        label=device.label,
        status=device.status,  # type: ignore[arg-type]
        pushService=device.origin,
        language=device.language,
        timeZone=device.zone,
        createdAt=from_ms(device.created_at),
        seenAt=from_ms(device.seen_at),
        lastSuccessAt=from_ms(device.last_success_at) if device.last_success_at else None,
        expiresAt=from_ms(device.expires_at),
    )
