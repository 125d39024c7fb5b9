"""How a parcel travels and what it costs: flat, and free above an amount."""

from dataclasses import dataclass

from app.core.errors import Invalid

FREE_ABOVE_MINOR = 9_000


@dataclass(frozen=True)
class Delivery:
    code: str
    name: str
    text: str
    price_minor: int
    free_above_minor: int | None

    def cost(self, subtotal_minor: int) -> int:
        is_free = self.free_above_minor is not None and subtotal_minor >= self.free_above_minor
        return 0 if is_free else self.price_minor


DELIVERIES = (
    Delivery("parcel", "Parcel", "2 to 4 working days", 590, FREE_ABOVE_MINOR),
    Delivery("express", "Express", "The next working day", 1490, None),
    Delivery("pickup", "Pick up", "At the studio, from tomorrow", 0, None),
)


def get_delivery(code: str) -> Delivery:
    """Raises Invalid."""
    for delivery in DELIVERIES:
        if delivery.code == code:
            return delivery
    raise Invalid(errors=[{"field": "delivery", "message": "Choose how it should come"}])
