"""The inventory API's requests and answers."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from app.inventory.adjustments import LARGEST_QUANTITY

Sku = Annotated[str, Field(min_length=1, max_length=64)]


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
