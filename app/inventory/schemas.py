"""The inventory API's requests and answers."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from app.inventory.adjustments import LARGEST_QUANTITY
from app.inventory.reservations import LARGEST_LINE, MOST_LINES

Sku = Annotated[str, Field(min_length=1, max_length=64)]
Owner = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:@-]{1,64}$")]
OrderId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
Units = Annotated[int, Field(ge=0, le=LARGEST_LINE)]


class StockChange(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    productId: Sku
    quantity: Annotated[int, Field(ge=0, le=LARGEST_QUANTITY)]
    operation: Literal["add", "remove", "set", "receive", "damage", "return"]
    reason: Annotated[str, Field(max_length=200)] = ""
    location: Annotated[str, Field(max_length=20)] | None = None


class StockFigures(BaseModel):
    """Without the right to see exact figures, only productId, status, available (when few), version and asOf are there."""

    productId: str
    status: Literal["in", "low", "out", "back"]
    available: int | None
    version: int
    asOf: datetime
    onHand: int | None = None
    reserved: int | None = None
    unavailable: int | None = None
    threshold: int | None = None


class Movement(BaseModel):
    version: int
    kind: str
    onHandDelta: int
    reservedDelta: int
    unavailableDelta: int
    onHand: int
    reserved: int
    unavailable: int
    reason: str
    actor: str
    label: str
    at: datetime


class StockAnswer(StockFigures):
    movements: list[Movement] | None = None


class StockPage(BaseModel):
    """Ask for the next page with `after`; null when this is the last."""

    items: list[StockFigures]
    after: str | None


class StockReading(RootModel[StockAnswer | StockPage]):
    """One SKU, or with no productId a page of them."""


class HoldLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    productId: Sku
    quantity: Units


class Wanted(BaseModel):
    """One SKU as productId and quantity, or several as lines. A SKU that is named twice is wanted twice."""

    model_config = ConfigDict(extra="forbid", strict=True)

    productId: Sku | None = None
    quantity: Units | None = None
    lines: Annotated[list[HoldLine], Field(min_length=1, max_length=MOST_LINES)] | None = None

    @model_validator(mode="after")
    def check_shape(self) -> Self:
        single = self.productId is not None, self.quantity is not None
        if any(single) and (not all(single) or self.lines is not None):
            raise ValueError("Send productId with quantity, or lines, not both")
        return self

    def units(self) -> dict[str, int]:
        """Units by SKU; empty when nothing was named."""
        lines = self.lines or []
        if self.productId is not None and self.quantity is not None:
            lines = [HoldLine(productId=self.productId, quantity=self.quantity)]
        wanted: dict[str, int] = {}
        for entry in lines:
            wanted[entry.productId] = wanted.get(entry.productId, 0) + entry.quantity
        return wanted


class HoldChange(Wanted):
    """`ttl` is in seconds; a hold lasts INVENTORY_HOLD_SECONDS when it is left out."""

    ownerId: Owner | None = None
    ttl: Annotated[int, Field(ge=1, le=86_400)] | None = None


class OrderToProcess(Wanted):
    """Sells what this order holds; or the hold of `reservationId` or of `ownerId`; or `lines` at once, for a till."""

    orderId: OrderId
    ownerId: Owner | None = None
    reservationId: Annotated[str, Field(max_length=16)] | None = None

    @model_validator(mode="after")
    def check_one(self) -> Self:
        ways = (self.ownerId, self.reservationId, self.lines or self.productId)
        if sum(way is not None for way in ways) > 1:
            raise ValueError("Send at most one of ownerId, reservationId, or lines")
        return self


class HoldAnswer(BaseModel):
    reservationId: str
    ownerId: str
    status: Literal["held", "confirmed", "committed", "released", "expired"]
    orderId: str | None
    expiresAt: datetime | None
    lines: list[HoldLine]
