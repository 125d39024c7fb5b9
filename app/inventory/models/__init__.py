"""The tables of the inventory."""

from app.inventory.models.alert import RestockRequest, StockAlert
from app.inventory.models.reservation import RefusedDemand, Reservation, ReservationLine
from app.inventory.models.stock import KINDS, Location, StockCheckpoint, StockDay, StockLevel, StockMovement
from app.inventory.models.stock_import import StockImport, StockImportPart

__all__ = [
    "KINDS",
    "Location",
    "RefusedDemand",
    "Reservation",
    "ReservationLine",
    "RestockRequest",
    "StockAlert",
    "StockCheckpoint",
    "StockDay",
    "StockImport",
    "StockImportPart",
    "StockLevel",
    "StockMovement",
]
